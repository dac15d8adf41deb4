//! Whole pages, rendered as the server renders them.

use crate::{
    context::{PageContext, ProblemText, ShownProblem},
    form_outcome::{FormOutcome, ShownOutcome},
    form_state::FormState,
    render,
};
use axum::{
    body::to_bytes,
    http::{Request, Response, StatusCode, header},
};
use leptos::prelude::LeptosOptions;
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor,
    connections::links::{self, LinkOptions},
    core::error::FieldError,
    people::membership,
    testing::World,
};

struct Page {
    status: StatusCode,
    headers: header::HeaderMap,
    html: String,
}

impl Page {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    fn nonce(&self) -> &str {
        let policy = self.header(header::CONTENT_SECURITY_POLICY);
        policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .unwrap()
    }
}

async fn world() -> (World, Actor) {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let owner = world.owner("parcelwise").await;
    (world, owner)
}

async fn context(world: &World, person: Option<&Actor>) -> PageContext {
    let signed_in = match person.and_then(Actor::person) {
        Some(id) => membership::person(&world.services, id).await.unwrap(),
        None => None,
    };
    PageContext {
        services: world.services.clone(),
        options: LeptosOptions::builder().output_name("mooring").build(),
        signed_in,
        browser: None,
        theme: Default::default(),
        letters: Default::default(),
        sso_tenant: None,
        form: None,
        outcome: None,
        kept: None,
        looked_at: None,
        problem: None,
        session_key: None,
        second_step: None,
        confirmed: None,
    }
}

async fn get(context: PageContext, path: &str) -> Page {
    let (parts, ()) = Request::get(path).body(()).unwrap().into_parts();
    let response: Response<_> = render(parts, context).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Page {
        status: parts.status,
        headers: parts.headers,
        html: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// security.md 55, 58
#[tokio::test]
async fn every_script_has_the_nonce_of_the_policy() {
    let (world, owner) = world().await;
    world.app(&owner, "returns").await;
    let page = get(context(&world, Some(&owner)).await, "/t/parcelwise").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    let nonce = page.nonce().to_owned();
    let scripts: Vec<_> = page.html.split("<script").skip(1).collect();
    assert!(!scripts.is_empty(), "the overview has islands");
    for script in scripts {
        assert!(
            script
                .split('>')
                .next()
                .unwrap()
                .contains(&format!("nonce=\"{nonce}\"")),
            "{script}"
        );
    }
    for preload in page
        .html
        .split("<link")
        .skip(1)
        .filter(|l| l.contains("modulepreload"))
    {
        assert!(
            preload
                .split('>')
                .next()
                .unwrap()
                .contains(&format!(" nonce=\"{nonce}\"")),
            "{preload}"
        );
    }
    assert!(!page.html.contains(" style=") && !page.html.contains("<style"));
    let again = get(context(&world, Some(&owner)).await, "/t/parcelwise").await;
    assert_ne!(again.nonce(), nonce);
}

#[tokio::test]
async fn pages_without_islands_load_no_script() {
    let (world, owner) = world().await;
    let page = get(context(&world, None).await, "/signin?next=/t/parcelwise").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.html.contains("<title>Sign in · Mooring</title>"),
        "{}",
        page.html
    );
    assert!(!page.html.contains("<script") && !page.html.contains(".wasm"));
    // Single sign-on leads from here to a provider that isn't known yet.
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("form-action 'self' https:"), "{policy}");
    let page = get(context(&world, Some(&owner)).await, "/t").await;
    assert!(!page.html.contains("<script") && !page.html.contains(".wasm"));
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("form-action 'self';"), "{policy}");
}

/// security.md 52
#[tokio::test]
async fn foreign_things_look_as_things_that_are_not_there() {
    let (world, owner) = world().await;
    let other = world.owner("harbour").await;
    let app = world.app(&other, "loyalty").await;
    for path in [
        "/t/harbour".to_owned(),
        "/t/nobody".to_owned(),
        "/t/harbour/accounts".to_owned(),
        "/t/harbour/apps/loyalty".to_owned(),
        format!("/t/parcelwise/apps/{}", app.id),
        "/t/parcelwise/accounts/loyalty/acme".to_owned(),
        "/t/parcelwise/nothing".to_owned(),
        "/oauth/problem".to_owned(),
        "/setup".to_owned(),
    ] {
        let page = get(context(&world, Some(&owner)).await, &path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.html.contains("There is nothing here"), "{path}");
        assert!(
            !page.html.contains("harbour") && !page.html.contains("loyalty"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_led_there_and_back() {
    let (world, _) = world().await;
    let page = get(
        context(&world, None).await,
        "/t/parcelwise/accounts?q=a&health=limited",
    )
    .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(
        page.header(header::LOCATION),
        "/signin?next=/t/parcelwise/accounts%3Fq%3Da%26health%3Dlimited"
    );
}

#[tokio::test]
async fn every_page_of_a_tenant_renders() {
    let (world, owner) = world().await;
    world.app(&owner, "returns").await;
    let acme = "acme".parse().unwrap();
    links::create(&owner, "returns", &acme, LinkOptions::default())
        .await
        .unwrap();
    for (path, says) in [
        ("/t", "Your tenants"),
        ("/t/parcelwise", "Nobody needs you"),
        ("/t/parcelwise/accounts", "Invited, never finished."),
        ("/t/parcelwise/accounts?q=zzz", "Nothing matches"),
        (
            "/t/parcelwise/accounts?after=nonsense",
            "This page of the list isn’t known.",
        ),
        ("/t/parcelwise/accounts/connect", "Which account?"),
        (
            "/t/parcelwise/accounts/returns/acme",
            "Invited, never finished.",
        ),
        ("/t/parcelwise/accounts/returns/acme?link=new", "Make link"),
        (
            "/t/parcelwise/accounts/returns/acme/disconnect",
            "Keep it connected",
        ),
        (
            "/t/parcelwise/accounts/returns/acme/erase",
            "Type acme to confirm",
        ),
        ("/t/parcelwise/apps", "returns"),
        ("/t/parcelwise/apps/new", "Client secret"),
        ("/t/parcelwise/apps/returns", "For the partners’ portal"),
        (
            "/t/parcelwise/apps/returns?sandbox=box",
            "/app/settings/integrations/app/returns-id",
        ),
        ("/t/parcelwise/api-tokens", "No token yet"),
        ("/t/parcelwise/audit", "added the app"),
        ("/t/parcelwise/audit?action=app.removed", "Nothing matches"),
        (
            "/t/parcelwise/audit?target=acme&from=2026-01-01",
            "/t/parcelwise/accounts/returns/acme",
        ),
        ("/t/parcelwise/apps/returns/credentials", "Secret in use"),
        ("/t/parcelwise/apps/returns/permissions", "Permission drift"),
        (
            "/t/parcelwise/apps/returns/accounts",
            "Invited, never finished.",
        ),
        (
            "/t/parcelwise/apps/returns/settings",
            "Type returns to confirm",
        ),
        (
            "/t/parcelwise/keys",
            "readable records are under the current key",
        ),
    ] {
        let page = get(context(&world, Some(&owner)).await, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.html);
        assert!(page.html.contains(says), "{path}: {}", page.html);
        assert!(page.html.ends_with("</html>"), "{path} is whole");
        assert!(!page.html.contains("returns-secret"), "{path}");
    }
}

/// security.md 55: `form-action` also restricts the redirect after a POST.
#[tokio::test]
async fn forms_that_lead_to_gorgias_may() {
    let (world, owner) = world().await;
    world.app(&owner, "returns").await;
    let acme = "acme".parse().unwrap();
    let link = links::create(&owner, "returns", &acme, LinkOptions::default())
        .await
        .unwrap();
    let address = link
        .url
        .expose_secret()
        .split_once("/r/")
        .unwrap()
        .1
        .to_owned();
    let page = get(context(&world, None).await, &format!("/r/{address}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.header(header::CONTENT_SECURITY_POLICY)
            .contains("form-action 'self' https: ")
    );
    assert_eq!(page.html.matches("<form").count(), 1);
    assert!(page.html.contains("noindex"));
    let gone = get(context(&world, None).await, "/r/not-a-token").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_that_failed_is_unprocessable_and_a_secret_is_shown() {
    let (world, owner) = world().await;
    let mut failed = context(&world, Some(&owner)).await;
    failed.form = Some(FormState {
        action: "api_token",
        errors: vec![FieldError::new("name", "Give it a name.")],
        ..FormState::default()
    });
    let page = get(failed, "/t/parcelwise/api-tokens").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("Give it a name."));
    let mut made = context(&world, Some(&owner)).await;
    made.outcome = Some(ShownOutcome {
        outcome: FormOutcome::TokenMade,
        secret: Some(SecretString::from("mrg_canary")),
    });
    let page = get(made, "/t/parcelwise/api-tokens").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("mrg_canary"));
}

#[tokio::test]
async fn a_problem_page_is_a_bad_request() {
    let (world, _) = world().await;
    let mut problem = context(&world, None).await;
    problem.problem = Some(ShownProblem::Text(ProblemText {
        title: "This address is incomplete".into(),
        explanation: "The account is missing.".into(),
        remedy: "Go back.".into(),
    }));
    let page = get(problem, "/oauth/problem").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.html.contains("This address is incomplete"));
}
