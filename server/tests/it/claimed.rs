//! Forms that fail, and what their keys hold (security.md 81).

use crate::{
    browser::Browser,
    forms::{APP_SECRET, CREDENTIALS, TOKEN, TOKENS, key_of, said, token_shown},
    pages::errors,
    test_server::on_each_database,
};
use axum::http::StatusCode;
use domain::time::Span;
use secrecy::{ExposeSecret, SecretString};
use service::{
    api_tokens,
    people::form_results::{self, Claim, FormKey, FormSession, SHOWN_FOR},
};
use std::time::Duration;

#[tokio::test]
async fn s81_a_form_that_failed_may_be_sent_again() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let key = key_of(&browser, TOKENS, TOKENS).await;
        let wrong = [("name", ""), ("role", "viewer"), ("form_key", &key)];
        for _ in 0..2 {
            errors(browser.post(TOKENS, &wrong).await);
        }
        let right = [("name", "backend"), ("role", "viewer"), ("form_key", &key)];
        browser.post(TOKENS, &right).await.told_on(TOKENS);
        assert_eq!(api_tokens::list(&tenant.owner).await.unwrap().len(), 2);
        // A page of the version before has no key.
        browser.post(TOKENS, &TOKEN).await.told_on(TOKENS);
        browser.post(TOKENS, &TOKEN).await.told_on(TOKENS);
        assert_eq!(api_tokens::list(&tenant.owner).await.unwrap().len(), 4);
    })
    .await;
}

/// The process that was at it died.
#[tokio::test]
async fn s81_a_form_that_was_interrupted_is_not_done_again() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let key = key_of(&browser, TOKENS, TOKENS).await;
        let services = &server.world.services;
        let session = session_of(&browser);
        let claimed = FormKey::from_form(&key).unwrap();
        let claim = form_results::claim(services, &session, &claimed, TOKENS).await;
        assert_eq!(claim.unwrap(), Claim::First);
        server.world.clock.advance(Span::minutes(2));
        let fields = [TOKEN[0], TOKEN[1], ("form_key", &key)];
        let page = browser.post_and_look(TOKENS, &fields).await;
        assert!(
            page.body.contains("Mooring was interrupted"),
            "{}",
            page.body
        );
        assert_eq!(api_tokens::list(&tenant.owner).await.unwrap().len(), 1);
    })
    .await;
}

/// Found out before anything is done, a failure leaves the form as it was.
#[tokio::test]
async fn s81_a_form_that_failed_before_it_was_begun_may_be_sent_again() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        for (page, action, fields) in [
            (
                TOKENS,
                TOKENS,
                &[TOKEN[0], TOKEN[1], ("app", "acme-app")][..],
            ),
            (CREDENTIALS, APP_SECRET, &[("new_secret", "a-new-secret")]),
        ] {
            let key = key_of(&browser, page, action).await;
            let fields = [fields, &[("form_key", key.as_str())]].concat();
            let away = "ALTER TABLE apps RENAME COLUMN client_id TO client_id_away";
            server.world.execute(away).await;
            let failed = browser.post(action, &fields).await;
            assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{action}");
            let back = "ALTER TABLE apps RENAME COLUMN client_id_away TO client_id";
            server.world.execute(back).await;
            let again = browser.post(action, &fields).await;
            let page = browser
                .get(again.told_on(page))
                .await
                .expect(StatusCode::OK);
            assert!(!page.body.contains("Mooring was interrupted"), "{action}");
        }
        assert_eq!(api_tokens::list(&tenant.owner).await.unwrap().len(), 2);
    })
    .await;
}

/// Once it was begun, nobody knows whether it was done.
#[tokio::test]
async fn s81_a_form_that_failed_after_it_was_begun_is_not_done_again() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let key = key_of(&browser, TOKENS, TOKENS).await;
        let fields = [TOKEN[0], TOKEN[1], ("form_key", &key)];
        server.world.make_audit_unwritable().await;
        let failed = browser.post(TOKENS, &fields).await;
        assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            failed.body.contains("look, then try again"),
            "{}",
            failed.body
        );
        server.world.make_audit_writable().await;
        let claimed = FormKey::from_form(&key).unwrap();
        let session = session_of(&browser);
        let noted = async {
            let services = &server.world.services;
            while !matches!(
                form_results::claim(services, &session, &claimed, TOKENS).await,
                Ok(Claim::Interrupted(_))
            ) {
                tokio::task::yield_now().await;
            }
        };
        let noted = tokio::time::timeout(Duration::from_secs(15), noted).await;
        noted.expect("the next one needn't wait");
        for _ in 0..2 {
            let page = browser.post_and_look(TOKENS, &fields).await;
            let said = said(&page);
            assert!(said.contains("Mooring was interrupted"), "{said}");
            assert!(said.contains("look whether it was done"), "{said}");
            server.world.clock.advance(SHOWN_FOR);
        }
        assert_eq!(api_tokens::list(&tenant.owner).await.unwrap().len(), 1);
    })
    .await;
}

/// Moved in the database, it opens neither for another session nor on another
/// page, nor under another key.
#[tokio::test]
async fn s81_what_is_shown_once_is_bound_to_session_and_page() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let services = &server.world.services;
        let past = async |sql: String| assert_eq!(server.world.past(&sql).await, 1, "{sql}");
        let (one, other) = (
            server.signed_in("acme").await,
            server.signed_in("acme").await,
        );
        let (to, token) = token_shown(&one).await;
        let (elsewhere, _) = token_shown(&other).await;
        let (key, other_key) = (key_in(&to), key_in(&elsewhere));
        let session = session_of(&one);
        let secret = async |session: &FormSession, key: &FormKey, page: &str| {
            let shown = form_results::show(services, session, key, page).await;
            let shown = shown.unwrap().expect("it is found where it was moved to");
            shown.secret.map(|secret| secret.expose_secret().to_owned())
        };
        let found = secret(&session, &key, TOKENS).await;
        assert_eq!(found.as_ref(), Some(&token));

        let (mine, others) = (key.as_str(), other_key.as_str());
        let page = |page: &str| format!("UPDATE form_results SET page = '{page}' WHERE key = '{mine}'");
        past(page("/t/acme/apps")).await;
        let on_another_page = secret(&session, &key, "/t/acme/apps").await;
        past(page(TOKENS)).await;
        assert_eq!(secret(&session, &key, TOKENS).await, found, "put back");

        past(format!(
            "UPDATE form_results SET secret = \
             (SELECT f.secret FROM form_results f WHERE f.key = '{mine}') WHERE key = '{others}'"
        ))
        .await;
        let under_another_key = secret(&session_of(&other), &other_key, TOKENS).await;
        past(format!(
            "UPDATE form_results SET session_hash = \
             (SELECT f.session_hash FROM form_results f WHERE f.key = '{others}') WHERE key = '{mine}'"
        ))
        .await;
        let in_another_session = secret(&session_of(&other), &key, TOKENS).await;
        let opened = [on_another_page, under_another_key, in_another_session];
        assert_eq!(opened, [None, None, None]);
    })
    .await;
}

/// The key in an address that tells what came of a form.
fn key_in(address: &str) -> FormKey {
    let (_, rest) = address.split_once("outcome=").unwrap();
    FormKey::parse(rest.split('#').next().unwrap()).unwrap()
}

fn session_of(browser: &Browser) -> FormSession {
    let id = browser.cookie("mooring_session").unwrap();
    FormSession::of(&SecretString::from(id))
}
