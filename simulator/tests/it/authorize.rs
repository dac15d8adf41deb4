//! `/oauth/authorize`, the consent page and the preview.

use reqwest::header::LOCATION;
use simulator::{AuthorizeError, CallbackIss, Consent, Endpoint, SimulatorConfig};

use crate::support::{CLIENT, REDIRECT, SCOPE, parameter, text, world, world_with};

/// The hidden fields of the consent page's form.
fn hidden(page: &str) -> Vec<(String, String)> {
    let rows = page.lines().filter(|line| line.contains("type=\"hidden\""));
    rows.map(|line| {
        let between = |start: &str| {
            let rest = line.split_once(start).unwrap().1;
            rest.split_once('"').unwrap().0.replace("&amp;", "&")
        };
        (between("name=\""), between("value=\""))
    })
    .collect()
}

#[tokio::test]
async fn a_person_sees_the_scopes_and_approves_without_script() {
    let world = world().await;
    let url = world.authorize_url_with("acme", &[("unknown", "harmless")]);
    let page = world.http.get(&url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    for scope in SCOPE.split(' ') {
        assert!(page.contains(&format!("<li><code>{scope}</code></li>")));
    }
    assert!(!page.contains("<script"));
    let mut form = hidden(&page);
    form.push(("decision".into(), "approve".into()));
    let target = world.url("acme", "/oauth/authorize");
    assert!(page.contains(&format!("action=\"{target}\"")));
    let answer = world.http.post(&target).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let callback = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(callback.starts_with(&format!("{REDIRECT}?")));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("st&te"));
    assert_eq!(parameter(&callback, "iss"), None);
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(world.exchange("acme", &code).await.0, 200);
    let log = world.simulator.requests("acme", Endpoint::Authorize);
    let methods: Vec<_> = log.iter().map(|entry| entry.method.as_str()).collect();
    assert_eq!(methods, ["GET", "POST"]);
}

#[tokio::test]
async fn refusing_gives_access_denied() {
    let world = world().await;
    let url = world.authorize_url("acme");
    let callback = world.simulator.refuse(&url).unwrap();
    assert_eq!(parameter(&callback, "error").unwrap(), "access_denied");
    assert_eq!(parameter(&callback, "state").unwrap(), "st&te");
    assert_eq!(parameter(&callback, "code"), None);

    let page = world.http.get(&url).send().await.unwrap().text().await;
    let mut form = hidden(&page.unwrap());
    form.push(("decision".into(), "refuse".into()));
    let target = world.url("acme", "/oauth/authorize");
    let answer = world.http.post(&target).form(&form).send().await.unwrap();
    let callback = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(parameter(&callback, "error").unwrap(), "access_denied");

    world.simulator.account("acme").consent(Consent::Refuse);
    let callback = world.simulator.approve(&url).unwrap();
    assert_eq!(parameter(&callback, "error").unwrap(), "access_denied");
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn what_cannot_be_trusted_is_never_redirected_to() {
    let world = world().await;
    for (change, why) in [
        (("client_id", "nobody"), "no app has the client id"),
        (
            ("redirect_uri", "http://evil.example/"),
            "is not registered",
        ),
        (("redirect_uri", ""), "redirect_uri is missing"),
    ] {
        let url = world.authorize_url_with("acme", &[change]);
        let page = world.http.get(&url).send().await.unwrap();
        assert_eq!(page.status(), 400);
        assert!(page.headers().get(LOCATION).is_none());
        let page = page.text().await.unwrap();
        assert!(page.contains(why), "{page}");
        assert!(world.simulator.approve(&url).is_err());
    }
    let doubled = format!("{}&state=again", world.authorize_url("acme"));
    assert_eq!(
        world.simulator.approve(&doubled),
        Err(AuthorizeError::Doubled("state".into()))
    );
    let markup = world.authorize_url_with("acme", &[("redirect_uri", "<b>\"")]);
    let page = world.http.get(&markup).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("&lt;b&gt;&quot;"));
}

#[tokio::test]
async fn another_response_type_comes_back_as_an_error() {
    let world = world().await;
    let url = world.authorize_url_with("acme", &[("response_type", "token")]);
    let answer = world.http.get(&url).send().await.unwrap();
    let callback = answer.headers()[LOCATION].to_str().unwrap();
    assert_eq!(
        parameter(callback, "error").unwrap(),
        "unsupported_response_type"
    );
}

#[tokio::test]
async fn iss_comes_as_chosen() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.callback_iss(CallbackIss::On);
    let url = world.authorize_url("acme");
    let callback = world.simulator.approve(&url).unwrap();
    assert_eq!(parameter(&callback, "iss"), Some(acme.issuer()));
    acme.callback_iss(CallbackIss::Wrong);
    let callback = world.simulator.approve(&url).unwrap();
    let other = world.simulator.issuer("another-account");
    assert_eq!(parameter(&callback, "iss"), Some(other));
}

#[tokio::test]
async fn nobody_is_asked_again_for_what_is_granted() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.grant(CLIENT, "openid offline write:all");
    let url = world.authorize_url("acme");
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 303);
    let wider = world.authorize_url_with("acme", &[("scope", "openid email")]);
    assert_eq!(world.http.get(&wider).send().await.unwrap().status(), 200);
    acme.consent(Consent::Always);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 200);
    acme.consent(Consent::WhenNeeded).deactivate();
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 200);
    acme.consent(Consent::Approve);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn the_preview_starts_the_installation() {
    let world = world().await;
    let path = format!("/app/settings/integrations/app/{CLIENT}");
    let answer = world.http.get(world.url("acme", &path)).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(
        answer.headers()[LOCATION],
        "http://127.0.0.1:3000/oauth/app-1/install?account=acme"
    );
    let unknown = world.url("acme", "/app/settings/integrations/app/nobody");
    assert_eq!(world.http.get(unknown).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn strict_accounts_answer_404_with_html() {
    let config = SimulatorConfig {
        strict_accounts: true,
        ..SimulatorConfig::default()
    };
    let world = world_with(config).await;
    let answer = world.http.get(world.authorize_url("nobody")).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 404);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/html"));
    assert_eq!(
        world.simulator.approve(&world.authorize_url("nobody")),
        Err(AuthorizeError::UnknownAccount("nobody".into()))
    );
    world.simulator.account("acme");
    assert!(text(&world.connect("acme").await, "access_token").len() > 100);
}

#[tokio::test]
async fn accounts_can_be_hosts() {
    let by_host = world_with(SimulatorConfig {
        url_template: Some("http://{subdomain}.helpdesk.test:4000/".into()),
        ..SimulatorConfig::default()
    })
    .await;
    assert_eq!(
        by_host.simulator.issuer("acme"),
        "http://acme.helpdesk.test:4000"
    );
    let page = by_host
        .http
        .get(format!("{}/api/users/0", by_host.simulator.base_url()))
        .header("host", "acme.helpdesk.test:4000")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 401);
    assert_eq!(by_host.simulator.requests("acme", Endpoint::Users).len(), 1);
    let callback = by_host.simulator.approve(&by_host.authorize_url("acme"));
    assert!(parameter(&callback.unwrap(), "code").is_some());
}

/// What asks without a state is shown the page, whatever was decided before, and
/// changes nothing.
#[tokio::test]
async fn a_look_without_a_state_decides_nothing() {
    let world = world().await;
    world.simulator.account("acme").consent(Consent::Approve);
    let url = world.authorize_url("acme");
    let mut look = url::Url::parse(&url).unwrap();
    let kept: Vec<_> = look.query_pairs().into_owned().collect();
    look.query_pairs_mut()
        .clear()
        .extend_pairs(kept.iter().filter(|(name, _)| name != "state"));
    assert_eq!(world.http.get(look).send().await.unwrap().status(), 200);
    assert_eq!(world.http.get(&url).send().await.unwrap().status(), 303);
    let log = world.simulator.requests("acme", Endpoint::Authorize);
    assert!(log.iter().all(|entry| !entry.credentials));
    assert!(world.simulator.with_credentials("acme").is_empty());
}
