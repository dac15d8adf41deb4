//! `invalid_grant` for one connection is a customer who left; for many in a
//! row it is the app's own credentials.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, time::Span};
use service::{
    apps::accept_refusals::accept,
    connections::{check_now::check_now, token},
    engine::refresh::Verdict,
    worker,
};
use simulator::{Endpoint, Fault};

const SHOPS: usize = 6;

fn shop(i: usize) -> String {
    format!("shop-{i}")
}

/// Six accounts, and an upstream that answers `invalid_grant` to a wrong secret.
async fn refused(f: &Flow) {
    for i in 0..SHOPS {
        f.connect(&shop(i)).await;
        f.sim
            .account(&shop(i))
            .fail_always(Endpoint::Token, Fault::invalid_grant());
    }
    f.advance(Span::hours(6));
    worker::tick(&f.world.services).await.unwrap();
}

async fn healths(f: &Flow) -> Vec<(Health, Health)> {
    let mut healths = Vec::new();
    for i in 0..SHOPS {
        let row = f.account(&shop(i)).await.row;
        healths.push((row.health, row.own_health));
    }
    healths
}

const FROZEN: [(Health, Health); SHOPS] = [(Health::SetupFault, Health::Working); SHOPS];

/// security.md 30: nobody is told to reconnect because one secret is wrong
#[tokio::test]
async fn s30_many_refusals_in_a_row_are_one_incident_of_the_app() {
    flow::each(async |f| {
        refused(&f).await;
        assert_eq!(healths(&f).await, FROZEN);
        let app = service::apps::list::one(&f.owner, "returns").await.unwrap();
        assert!(app.unwrap().credentials.in_doubt());
        let read = token::read(&f.owner, "returns", &sub(&shop(0)), Span::minutes(1)).await;
        assert_eq!(
            read.unwrap().health,
            Health::SetupFault,
            "it is still served"
        );
        // One connection tries, the others wait.
        f.sim.clear_log();
        f.advance(Span::hours(6));
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.sim.log().len(), 2, "one attempt with its confirmation");
        assert_eq!(healths(&f).await, FROZEN);
    })
    .await;
}

#[tokio::test]
async fn the_incident_ends_with_the_first_success() {
    flow::each(async |f| {
        refused(&f).await;
        for i in 0..SHOPS {
            f.sim.account(&shop(i)).heal(Endpoint::Token);
        }
        for _ in 0..3 {
            f.advance(Span::hours(5));
            worker::tick(&f.world.services).await.unwrap();
        }
        let working = [(Health::Working, Health::Working); SHOPS];
        assert_eq!(healths(&f).await, working);
    })
    .await;
}

#[tokio::test]
async fn whoever_vouches_for_the_credentials_ends_the_incident() {
    flow::each(async |f| {
        refused(&f).await;
        let stranger = f.world.owner("elsewhere").await;
        assert!(accept(&stranger, f.app.id).await.is_err());
        assert_eq!(healths(&f).await, FROZEN);
        accept(&f.owner, f.app.id).await.unwrap();
        worker::tick(&f.world.services).await.unwrap();
        let lost = [(Health::Disconnected, Health::Disconnected); SHOPS];
        assert_eq!(healths(&f).await, lost);
        let entries = service::audit::list(&f.owner, &Default::default(), None)
            .await
            .unwrap();
        let codes: Vec<_> = entries.rows.iter().map(|e| e.action.code()).collect();
        assert!(codes.contains(&"app.refusals_accepted"), "{codes:?}");
    })
    .await;
}

/// Customers who leave one by one, and one whom somebody checks again and again.
#[tokio::test]
async fn refusals_with_a_success_between_them_are_customers_who_left() {
    flow::each(async |f| {
        for i in 0..SHOPS {
            f.connect(&shop(i)).await;
        }
        for i in [0, 2, 4] {
            f.sim.account(&shop(i)).deactivate();
            let verdict = check_now(&f.owner, "returns", &sub(&shop(i)))
                .await
                .unwrap();
            assert_eq!(verdict, Verdict::Lost);
            for _ in 0..2 {
                let again = check_now(&f.owner, "returns", &sub(&shop(i)))
                    .await
                    .unwrap();
                assert_eq!(again, Verdict::Lost, "the same refusal counts once");
            }
            let next = check_now(&f.owner, "returns", &sub(&shop(i + 1))).await;
            assert_eq!(next.unwrap(), Verdict::Fine);
        }
        let app = service::apps::list::one(&f.owner, "returns").await.unwrap();
        assert_eq!(app.unwrap().credentials.fault, None);
    })
    .await;
}

#[tokio::test]
async fn refusals_far_apart_are_customers_who_left() {
    flow::each(async |f| {
        for i in 0..4 {
            f.connect(&shop(i)).await;
            f.sim.account(&shop(i)).deactivate();
        }
        for i in 0..4 {
            let verdict = check_now(&f.owner, "returns", &sub(&shop(i)))
                .await
                .unwrap();
            assert_eq!(verdict, Verdict::Lost);
            f.advance(Span::minutes(61));
        }
    })
    .await;
}

/// An app with a setup fault whose accounts are all gone does not stay in it:
/// who refuses a refresh token has accepted the credentials (RFC 6749 5.2).
#[tokio::test]
async fn a_refused_probe_ends_a_fault_of_the_credentials() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.rotate_secret("returns-id", "other");
        f.app_refused("acme").await;
        assert_eq!(f.account("acme").await.row.health, Health::SetupFault);
        f.sim.rotate_secret("returns-id", "returns-secret");
        f.sim.account("acme").deactivate();
        f.advance(Span::hours(1));
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Disconnected);
    })
    .await;
}

/// engine.md: a token that Gorgias answers 401 to is not served, however long it lives.
#[tokio::test]
async fn a_fresh_token_that_the_api_refuses_is_a_loss() {
    flow::each(async |f| {
        f.sim
            .account("acme")
            .granted_scope(Some("openid offline account:read"));
        f.connect("acme").await;
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::Fine
        );
        f.sim
            .account("acme")
            .fail_always(Endpoint::Account, Fault::status(500));
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::Fine,
            "an error is no refusal"
        );
        f.sim
            .account("acme")
            .fail_always(Endpoint::Account, Fault::status(401));
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::Lost
        );
        let row = f.account("acme").await.row;
        assert_eq!(row.health, Health::Disconnected);
        assert!(row.explanation.detail.starts_with("Nothing has synced"));
        let read = token::read(&f.owner, "returns", &sub("acme"), Span::seconds(1)).await;
        assert!(
            matches!(read, Err(token::TokenError::Disconnected)),
            "{read:?}"
        );
        f.sim.account("acme").heal(Endpoint::Account);
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::Fine
        );
        assert!(
            token::read(&f.owner, "returns", &sub("acme"), Span::seconds(1))
                .await
                .is_ok()
        );
    })
    .await;
}
