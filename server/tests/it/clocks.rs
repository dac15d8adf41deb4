//! security.md 78: sign-ins and forms bear a clock that jumps a year ahead and back.

use crate::{
    browser::Browser,
    test_server::{TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::time::Span;
use secrecy::{ExposeSecret, SecretString};
use service::{
    core::expiry,
    people::{
        form_results::{self, Claim, FormKey, FormResult, FormSession},
        kept_forms::KEPT_FOR,
        set_up,
    },
    testing::{OWNER, PASSWORD},
    worker,
};
use std::time::Duration;

const YEAR: Span = Span::days(365);
const TOKENS: &str = "/t/acme/api-tokens";

/// The clock jumps, and everybody looks.
async fn jump(server: &TestServer, span: Span) {
    server.world.clock.jump(span);
    expiry::look(&server.world.services).await.unwrap();
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/t/acme").await.status == StatusCode::OK
}

/// Uses a session for as long as it may be used, and says for how many hours.
async fn hours_of(server: &TestServer, browser: &Browser) -> i64 {
    let mut hours = 0;
    while is_signed_in(browser).await {
        assert!(hours < 24 * 15, "it never ends");
        server.world.clock.advance(Span::hours(6));
        worker::tidy(&server.world.services).await.unwrap();
        hours += 6;
    }
    hours
}

#[tokio::test]
async fn s78_a_sign_in_while_the_clock_is_ahead_is_like_any_other() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        worker::tidy(&server.world.services).await.unwrap();
        jump(&server, YEAR).await;
        let browser = server.signed_in("acme").await;
        jump(&server, Span(-YEAR.0)).await;
        assert_eq!(hours_of(&server, &browser).await, 14 * 24);
    })
    .await;
}

#[tokio::test]
async fn s78_a_set_up_while_the_clock_is_ahead_is_like_any_other() {
    on_each_database(async |server| {
        worker::tidy(&server.world.services).await.unwrap();
        jump(&server, YEAR).await;
        let token = set_up::ensure_token(&server.world.services).await;
        let token = token.unwrap().unwrap();
        let browser = server.browser();
        let fields = [
            ("tenant_name", "Acme"),
            ("tenant_slug", "acme"),
            ("name", "Anna"),
            ("email", OWNER),
            ("password", PASSWORD),
            ("token", token.expose_secret()),
        ];
        let answer = browser.post("/setup", &fields).await;
        assert_eq!(answer.location(), "/t/acme");
        jump(&server, Span(-YEAR.0)).await;
        assert_eq!(hours_of(&server, &browser).await, 14 * 24);
    })
    .await;
}

#[tokio::test]
async fn s78_what_was_typed_is_kept_for_its_minutes_on_any_clock() {
    on_each_database(async |server| {
        const NEW: &str = "/t/acme/apps/new";
        server.tenant("acme").await;
        worker::tidy(&server.world.services).await.unwrap();
        let type_and_lose = async || {
            let browser = server.signed_in("acme").await;
            let key = browser.get(NEW).await.form_key(NEW);
            browser.post("/signout", &[]).await;
            let fields = [("name", "Returns typed"), ("form_key", key.as_str())];
            browser.post(NEW, &fields).await;
            let email = format!("acme-{OWNER}");
            let fields = [("email", email.as_str()), ("password", PASSWORD)];
            browser.post("/signin", &fields).await;
            browser
        };
        let is_back = async |browser: &Browser| {
            let page = browser.get(NEW).await.expect(StatusCode::OK);
            page.body.contains("Returns typed")
        };
        let before = type_and_lose().await;
        jump(&server, YEAR).await;
        assert!(is_back(&before).await);
        let ahead = type_and_lose().await;
        jump(&server, Span(-YEAR.0)).await;
        assert!(is_back(&ahead).await);
        server.world.clock.advance(KEPT_FOR);
        for browser in [before, ahead] {
            assert!(!is_back(&browser).await);
        }
    })
    .await;
}

/// Somebody is at work on a form, and hasn't been for a year.
#[tokio::test]
async fn s78_who_is_at_work_on_a_form_is_waited_for_on_any_clock() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let services = &server.world.services;
        worker::tidy(services).await.unwrap();
        let browser = server.signed_in("acme").await;
        let text = browser.get(TOKENS).await.form_key(TOKENS);
        let key = FormKey::from_form(&text).unwrap();
        let session = SecretString::from(browser.cookie("mooring_session").unwrap());
        let session = FormSession::of(&session);
        let claim = form_results::claim(services, &session, &key, TOKENS).await;
        assert_eq!(claim.unwrap(), Claim::First);
        jump(&server, YEAR).await;
        server.world.statements.take();
        let second = async {
            let fields = [("name", "a"), ("role", "viewer"), ("form_key", &text)];
            browser.post(TOKENS, &fields).await
        };
        let first = async {
            // The second one looks before the first is done.
            while server.world.statements.containing("form_results") == 0 {
                tokio::task::yield_now().await;
            }
            let result = FormResult {
                page: TOKENS.into(),
                location: format!("{TOKENS}?outcome=of-the-first"),
                outcome: "{}".into(),
                secret: None,
            };
            let kept = form_results::keep(services, &session, &key, result).await;
            kept.unwrap();
        };
        let both = async { tokio::join!(second, first) };
        let (answer, ()) = tokio::time::timeout(Duration::from_secs(30), both)
            .await
            .unwrap();
        let to = answer.location();
        assert!(to.ends_with("of-the-first"), "{to}");
    })
    .await;
}
