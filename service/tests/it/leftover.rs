//! Answers whose access token can't be used, and what is good of them.

use crate::flow::{self, Flow, sub};
use domain::{failure::FailureKind, health::Health, time::Span};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{
    connections::{check_now::check_now, token},
    engine::{refresh::Verdict, replay},
    worker,
};
use simulator::{Endpoint, Fault, Rotation};

async fn check(f: &Flow) -> Verdict {
    check_now(&f.owner, "returns", &sub("acme")).await.unwrap()
}

async fn read(f: &Flow) -> String {
    let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
    token.unwrap().access_token.expose_secret().to_owned()
}

/// security.md 89: from an upstream that rotates strictly, nothing else brings
/// the account back
#[tokio::test]
async fn s89_a_new_refresh_token_is_kept_whatever_the_access_token_is() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        let first = read(&f).await;
        for (name, value) in [
            ("token_type", Value::Null),
            ("token_type", json!("mac")),
            ("token_type", json!({"a": 1})),
            ("access_token", Value::Null),
            ("access_token", json!("")),
            ("access_token", json!("two words")),
            ("access_token", json!(["x"])),
            ("access_token", json!("tökén")),
        ] {
            f.advance(Span::minutes(1));
            f.sim.account("acme").token_member(name, value.clone());
            let verdict = check(&f).await;
            assert!(
                matches!(verdict, Verdict::Unavailable { .. }),
                "{name} {value}: {verdict:?}"
            );
            let account = f.account("acme").await;
            assert_eq!(account.row.health, Health::Retrying);
            assert_eq!(account.row.failure, Some(FailureKind::Unreadable));
            let now = Some(f.world.clock_now());
            assert_eq!(account.refresh_token_stored, now, "{name} {value}");
            assert_ne!(account.access_token_stored, now);
            assert_eq!(read(&f).await, first, "the living one is served");
            f.sim.account("acme").change(|to| to.token_members.clear());
        }
        f.advance(Span::minutes(1));
        assert_eq!(check(&f).await, Verdict::Fine);
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        assert_ne!(read(&f).await, first);
    })
    .await;
}

/// security.md 89: it is in the journal before it is stored, as a token is
#[tokio::test]
async fn s89_what_is_left_over_waits_for_the_database() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        let before = f.account("acme").await.refresh_token_stored;
        f.advance(Span::hours(6));
        f.sim.account("acme").token_type(None);
        f.world.make_tokens_unwritable().await;
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        assert_eq!(f.account("acme").await.refresh_token_stored, before);

        f.world.make_tokens_writable().await;
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        let account = f.account("acme").await;
        assert!(account.refresh_token_stored > before);
        assert_eq!(account.row.failure, Some(FailureKind::Unreadable));
        f.sim
            .account("acme")
            .change(|to| to.token_type = Some("Bearer".into()));
        f.world.expire_leases().await;
        // The token before is worth nothing any more.
        assert_eq!(check(&f).await, Verdict::Fine);
    })
    .await;
}

/// security.md 89: an answer whose tokens name another account is none to this one
#[tokio::test]
async fn s89_what_names_another_account_is_not_kept() {
    flow::each(async |f| {
        let account = f.sim.account("acme");
        account.rotation(Rotation::Grace(3_600));
        f.connect("acme").await;
        let before = f.account("acme").await.refresh_token_stored;
        f.advance(Span::minutes(1));
        account.token_account(Some("bolt"));
        account.token_type(None);
        let verdict = check(&f).await;
        assert!(
            matches!(verdict, Verdict::Unavailable { .. }),
            "{verdict:?}"
        );
        let after = f.account("acme").await;
        assert_eq!(after.refresh_token_stored, before);
        assert_eq!(after.row.health, Health::Retrying);
    })
    .await;
}

/// security.md 89: the same refresh token once more is nothing new
#[tokio::test]
async fn s89_a_refresh_token_that_is_held_already_is_not_stored_again() {
    flow::each(async |f| {
        f.connect("acme").await;
        let before = f.account("acme").await.refresh_token_stored;
        let held = f.sim.refreshes("acme").len();
        assert_eq!(held, 0);
        check(&f).await;
        let refreshes = f.sim.refreshes("acme");
        let sent = refreshes[0].parameter("refresh_token").unwrap();
        f.advance(Span::minutes(1));
        f.sim.account("acme").fail_once(
            Endpoint::Token,
            Fault::json(200, &json!({"refresh_token": sent, "access_token": "at"})),
        );
        let verdict = check(&f).await;
        assert!(
            matches!(verdict, Verdict::Unavailable { .. }),
            "{verdict:?}"
        );
        assert_eq!(f.account("acme").await.refresh_token_stored, before);
    })
    .await;
}

/// security.md 89: a lost connection whose refresh token is taken after all is not lost
#[tokio::test]
async fn s89_a_refusal_is_over_once_a_refresh_token_comes() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::On);
        f.connect("acme").await;
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::invalid_grant());
        assert_eq!(check(&f).await, Verdict::Lost);
        f.sim.account("acme").heal(Endpoint::Token);
        f.sim.account("acme").token_type(None);
        check(&f).await;
        assert_eq!(f.account("acme").await.row.health, Health::Retrying);
        f.sim.account("acme").token_type(Some("Bearer"));
        assert_eq!(check(&f).await, Verdict::Fine);
    })
    .await;
}

/// security.md 89: whatever fits into an answer goes through journal and database
#[tokio::test]
async fn s89_long_tokens_are_kept_and_served() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::On);
        f.connect("acme").await;
        let long = "a".repeat(60_000);
        f.sim
            .account("acme")
            .token_member("access_token", json!(long));
        assert_eq!(check(&f).await, Verdict::Fine);
        assert_eq!(read(&f).await, long);
        f.sim.account("acme").change(|to| to.token_members.clear());
        assert_eq!(check(&f).await, Verdict::Fine, "the new refresh token, too");
    })
    .await;
}
