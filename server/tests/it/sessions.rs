//! Signing in, staying signed in, signing out.

use crate::{
    browser::Browser,
    headers::with_public_url,
    test_server::{TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::time::Span;
use server::{router::router, state::RouterOptions};
use service::{
    people::sessions,
    testing::{OWNER, PASSWORD, World},
};

const COOKIE: &str = "mooring_session";

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/t/acme").await.status == StatusCode::OK
}

/// security.md 45
#[tokio::test]
async fn a_session_id_set_beforehand_is_replaced() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let planted = "AAAAAAAAAAAAAAAAAAAAAA";
        let browser = server.browser();
        browser.set(COOKIE, planted);
        sign_in(&browser, "/").await;
        let id = browser.cookie(COOKIE).unwrap();
        assert_ne!(id, planted);
        let thief = server.browser();
        thief.set(COOKIE, planted);
        assert!(!is_signed_in(&thief).await);

        // Signing in once more leaves the first id worthless.
        sign_in(&browser, "/").await;
        assert_ne!(browser.cookie(COOKIE).unwrap(), id);
        thief.set(COOKIE, &id);
        assert!(!is_signed_in(&thief).await);
        assert!(is_signed_in(&browser).await);
    })
    .await;
}

async fn sign_in(browser: &Browser, next: &str) -> String {
    let email = format!("acme-{OWNER}");
    let fields = [
        ("email", email.as_str()),
        ("password", PASSWORD),
        ("next", next),
    ];
    let answer = browser.post("/signin", &fields).await;
    answer.location().to_owned()
}

/// security.md 46
#[tokio::test]
async fn cookies_are_bound_to_the_host_and_hidden_from_scripts() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let owner = world.owner("acme").await;
    let app = world.app(&owner, "returns").await;
    let origin = "https://mooring.example";
    let router = router(with_public_url(&world, origin), RouterOptions::default());
    let browser = Browser::at(&router, origin);
    let email = format!("acme-{OWNER}");
    let answer = browser
        .post("/signin", &[("email", &email), ("password", PASSWORD)])
        .await;
    let install = browser
        .get(&format!("/oauth/{}/install?account=shop", app.id))
        .await;
    let cookies = browser.cookies().into_iter();
    let mut authorizations = cookies.filter(|(name, _)| name.starts_with("__Host-mooring_auth_"));
    let (authorization, _) = authorizations.next().unwrap();
    for cookie in [
        answer.set_cookie("__Host-mooring_session"),
        install.set_cookie("__Host-mooring_browser"),
        install.set_cookie(&authorization),
    ] {
        for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    // Browsers drop a removal without `Secure`, too.
    let end = browser.post("/signout", &[]).await;
    let ends: Vec<_> = end.headers.get_all("set-cookie").iter().collect();
    assert!(
        ends.iter().any(|v| {
            let v = v.to_str().unwrap();
            v.starts_with("__Host-mooring_session=;")
                && v.contains("Secure")
                && v.contains("Max-Age=0")
        }),
        "{ends:?}"
    );
}

/// security.md 46: only plain http on the loopback goes without.
#[tokio::test]
async fn plain_http_has_a_plain_name() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        assert!(browser.cookie(COOKIE).is_some());
        assert!(browser.cookie("__Host-mooring_session").is_none());
    })
    .await;
}

/// security.md 47
#[tokio::test]
async fn signing_out_holds_in_every_process() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let other_process = Browser::new(&router(
            server.world.second_process().await,
            RouterOptions::default(),
        ));
        other_process.set(COOKIE, &browser.cookie(COOKIE).unwrap());
        assert!(is_signed_in(&other_process).await);
        let answer = browser.post("/signout", &[]).await;
        assert_eq!(answer.location(), "/signin");
        assert!(!is_signed_in(&other_process).await);
        assert!(!is_signed_in(&browser).await);
    })
    .await;
}

/// security.md 48
#[tokio::test]
async fn sessions_end_when_idle_and_at_last() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let idle = server.signed_in("acme").await;
        server.world.clock.advance(sessions::IDLE);
        assert!(!is_signed_in(&idle).await);

        let busy = server.signed_in("acme").await;
        let step = Span::hours(11);
        let mut used = Span::default();
        while used.0 + step.0 < sessions::ABSOLUTE.0 {
            server.world.clock.advance(step);
            used = Span(used.0 + step.0);
            assert!(is_signed_in(&busy).await, "after {}", used.words());
        }
        server.world.clock.advance(step);
        assert!(!is_signed_in(&busy).await);
    })
    .await;
}

/// Reading pages writes nothing, or hardly anything.
#[tokio::test]
async fn a_use_is_noted_every_few_minutes_only() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let first = browser.get("/t/acme").await;
        assert_eq!(first.header("set-cookie"), "");
        server.world.clock.advance(Span::minutes(6));
        let later = browser.get("/t/acme").await;
        assert!(later.set_cookie(COOKIE).contains("HttpOnly"));
    })
    .await;
}

/// security.md 49
#[tokio::test]
async fn unknown_people_and_wrong_passwords_look_alike() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let known = format!("acme-{OWNER}");
        let mut pages = Vec::new();
        for email in [known.as_str(), "nobody@mooring.example"] {
            let browser = server.browser();
            let fields = [("email", email), ("password", "not the password")];
            let answer = browser.post("/signin", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(browser.cookie(COOKIE).is_none());
            assert!(!answer.body.contains("not the password"));
            pages.push(without_nonce(&answer.body).replace(email, "E"));
        }
        assert_eq!(pages[0], pages[1]);
    })
    .await;
}

/// Nonces differ from page to page.
fn without_nonce(html: &str) -> String {
    let mut parts = html.split("nonce=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('"').map_or("", |(_, rest)| rest)
    })
}

/// security.md 12
#[tokio::test]
async fn after_signing_in_only_own_paths_follow() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.browser();
        assert_eq!(
            sign_in(&browser, "/t/acme/apps?x=1").await,
            "/t/acme/apps?x=1"
        );
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
        ] {
            assert_eq!(sign_in(&browser, next).await, "/", "{next}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_lead_to_the_sign_in_and_back() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.browser();
        let answer = browser.get("/t/acme/accounts?health=limited").await;
        let to = answer.location().to_owned();
        assert!(to.starts_with("/signin?next="), "{to}");
        let page = browser.get(&to).await;
        assert!(
            page.body.contains("/t/acme/accounts?health=limited"),
            "{}",
            page.body
        );
    })
    .await;
}

/// The first person makes themselves owner with the token of the log.
#[tokio::test]
async fn set_up_works_once() {
    on_each_database(async |server: TestServer| {
        let browser = server.browser();
        assert_eq!(browser.get("/").await.location(), "/setup");
        let services = &server.world.services;
        let token = service::people::set_up::ensure_token(services)
            .await
            .unwrap()
            .unwrap();
        let token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
        let fields = |token, password| {
            [
                ("token", token),
                ("tenant_name", "Acme Apps"),
                ("tenant_slug", "acme"),
                ("name", "Ann Lee"),
                ("email", "ann@acme.example"),
                ("password", password),
            ]
        };
        for (token, password) in [("wrong", PASSWORD), (token.as_str(), "short")] {
            let answer = browser.post("/setup", &fields(token, password)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains("Acme Apps"), "what was typed stays");
            assert!(!answer.body.contains(PASSWORD));
        }
        let answer = browser.post("/setup", &fields(&token, PASSWORD)).await;
        assert_eq!(answer.location(), "/t/acme");
        assert!(is_signed_in(&browser).await);
        assert_eq!(browser.get("/").await.location(), "/t/acme");
        assert_eq!(browser.get("/setup").await.status, StatusCode::NOT_FOUND);
        // security.md 81: sent twice, it leads to where the first led.
        let again = browser.post("/setup", &fields(&token, PASSWORD)).await;
        assert_eq!(again.location(), "/");
        let other = server.browser();
        let again = other.post("/setup", &fields(&token, PASSWORD)).await;
        assert_eq!(again.location(), "/");
        let people = server.world.past("UPDATE people SET name = name").await;
        assert_eq!(people, 1, "and makes no second person");
    })
    .await;
}

/// security.md 49
#[tokio::test]
async fn s49_guessing_is_answered_with_how_long_to_wait() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let known = server.signed_in("acme").await;
        let cookie = "mooring_known_browser";
        let secret = known.cookie(cookie).unwrap();
        known.post("/signout", &[]).await;
        assert_eq!(
            known.cookie(cookie),
            Some(secret),
            "it outlives the session"
        );

        let guess = async |email: &str, password: &str| {
            let browser = server.browser();
            let fields = [("email", email), ("password", password)];
            browser.post("/signin", &fields).await
        };
        let owner = format!("acme-{OWNER}");
        for email in [owner.as_str(), "nobody@acme.example"] {
            for _ in 0..5 {
                let wrong = guess(email, "a wrong guess").await;
                assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
            // Whether the password is right isn't looked at.
            for password in [PASSWORD, "a wrong guess"] {
                let slowed = guess(email, password).await;
                assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
                assert_eq!(slowed.header("retry-after"), "30");
                assert!(slowed.body.contains("Wait 30 s, then try again."));
                assert!(slowed.body.contains(email), "nothing is lost");
                assert_eq!(slowed.headers.get("set-cookie"), None);
            }
        }
        server.world.clock.advance(Span::seconds(30));
        assert_eq!(guess(&owner, PASSWORD).await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

/// ASVS 7.4.4.
#[tokio::test]
async fn every_page_of_a_person_signs_out() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        for page in ["/t", "/me", "/me/authenticator", "/confirm", "/t/acme"] {
            let body = browser.get(page).await.expect(StatusCode::OK).body;
            assert!(body.contains("action=\"/signout\""), "{page}");
        }
    })
    .await;
}
