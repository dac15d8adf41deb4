//! What a refusal means: for one account, or for the app.

use crate::flow::{self, Flow, sub};
use domain::{failure::FailureKind, health::Health, health_words::NextStep, time::Span};
use serde_json::json;
use service::{
    apps::{edit, form::AppForm},
    connections::{check_now::check_now, overview, row::AccountRow},
    engine::refresh::Verdict,
    worker,
};
use simulator::{Endpoint, Fault, RetryAfter};

const OTHERS: [&str; 2] = ["bolt", "cork"];

async fn row(f: &Flow, account: &str) -> AccountRow {
    f.account(account).await.row
}

async fn check(f: &Flow, account: &str) -> Verdict {
    check_now(&f.owner, "returns", &sub(account)).await.unwrap()
}

/// How many need somebody, and whom the overview names.
async fn asked(f: &Flow) -> (u64, Vec<String>) {
    let overview = overview::overview(&f.owner, None).await.unwrap();
    let named = overview
        .need
        .iter()
        .map(|account| account.customer.subdomain.to_string());
    (overview.counts.need_someone(), named.collect())
}

async fn three_hours(f: &Flow) {
    f.advance(Span::hours(3));
    worker::tick(&f.world.services).await.unwrap();
}

async fn fault(f: &Flow) -> bool {
    let app = service::apps::list::one(&f.owner, "returns").await;
    app.unwrap().unwrap().credentials.fault.is_some()
}

/// security.md 90: whatever an account answers without an OAuth error, for
/// weeks, the others of the app are checked on time, and the app has no fault
#[tokio::test]
async fn s90_an_account_that_is_refused_alone_holds_up_no_other() {
    flow::each(async |f| {
        let refused = [
            (
                "as-api",
                Fault::status(401),
                FailureKind::AccountRefused(401),
            ),
            (
                "as-text",
                Fault::answer(401, "text/plain", "Unauthorized"),
                FailureKind::AccountRefused(401),
            ),
            (
                "as-empty",
                Fault::answer(401, "application/json", ""),
                FailureKind::AccountRefused(401),
            ),
            (
                "as-page",
                Fault::answer(403, "text/html", "<html>Forbidden</html>"),
                FailureKind::AccountRefused(403),
            ),
            ("as-html", Fault::html(), FailureKind::Unreadable),
        ];
        for other in OTHERS {
            f.connect(other).await;
        }
        for (account, answer, _) in &refused {
            f.connect(account).await;
            let account = f.sim.account(account);
            account.fail_always(Endpoint::Token, answer.clone());
        }
        for quarter in 0..(14 * 4) {
            f.advance(Span::hours(6));
            f.world.past("UPDATE pace SET free_at = 0").await;
            worker::tick(&f.world.services).await.unwrap();
            assert!(!fault(&f).await, "at {quarter}");
            for other in OTHERS {
                let row = row(&f, other).await;
                assert_eq!(row.health, Health::Working, "{other} at {quarter}");
                let now = Some(f.world.clock_now());
                assert_eq!(row.last_success, now, "{other} at {quarter}");
            }
        }
        for (account, _, kind) in &refused {
            let row = row(&f, account).await;
            let found = (row.health, row.failure);
            assert_eq!(found, (Health::Retrying, Some(*kind)), "{account}");
            f.sim.account(account).heal(Endpoint::Token);
        }
        f.advance(Span::hours(6));
        f.world.past("UPDATE pace SET free_at = 0").await;
        worker::tick(&f.world.services).await.unwrap();
        for (account, ..) in &refused {
            let row = row(&f, account).await;
            assert_eq!((row.health, row.failure), (Health::Working, None));
        }
    })
    .await;
}

/// security.md 90: each kind has its own sentence
#[tokio::test]
async fn s90_the_page_says_which_kind_it_is() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        for (answer, sentence) in [
            (Fault::server_error(), "Gorgias isn't answering. Last fine"),
            (
                Fault::retry_after(RetryAfter::Seconds(1_800)),
                "Gorgias asked us to wait until ",
            ),
            (
                Fault::status(401),
                "Gorgias refuses this account just now (401). Last fine",
            ),
            (Fault::html(), "Gorgias' answer couldn't be read. Last fine"),
            (
                Fault::json(400, &json!({"error": "invalid_request"})),
                "Gorgias says our request is wrong: tell an operator. Last fine",
            ),
        ] {
            f.sim.account("acme").fail_always(Endpoint::Token, answer);
            f.advance(Span::hours(1));
            check(&f, "acme").await;
            let reason = row(&f, "acme").await.explanation.reason;
            assert!(reason.starts_with(sentence), "{reason}");
        }
        assert_eq!(
            row(&f, "acme").await.explanation.next,
            NextStep::TellOperator
        );
        // That others work is said once another one was renewed since.
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::status(401));
        check(&f, "acme").await;
        f.advance(Span::seconds(1));
        check(&f, "bolt").await;
        let reason = row(&f, "acme").await.explanation.reason;
        assert!(reason.contains("(401); other accounts work."), "{reason}");
        let listed = service::connections::list::list(&f.owner, &Default::default()).await;
        let listed = listed.unwrap().rows;
        assert!(listed.iter().any(|row| row.explanation.reason == reason));
    })
    .await;
}

/// An account that is refused by itself for three days is still Retrying, and
/// asks for a look.
#[tokio::test]
async fn s90_after_three_days_somebody_is_asked_to_look() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "cork"] {
            f.connect(account).await;
        }
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::status(403));
        f.sim
            .account("bolt")
            .fail_always(Endpoint::Token, Fault::server_error());
        // It is refused for the first time with the check after six hours.
        for _ in 0..25 {
            assert_eq!(asked(&f).await, (0, vec![]));
            three_hours(&f).await;
        }
        three_hours(&f).await;
        three_hours(&f).await;
        assert_eq!(asked(&f).await, (1, vec!["acme".to_owned()]));
        let acme = row(&f, "acme").await;
        assert_eq!(acme.health, Health::Retrying);
        assert_eq!(acme.explanation.next, NextStep::LookAtAccount);
        let counts = service::apps::list::all(&f.owner).await.unwrap();
        assert_eq!(counts[0].counts.need_someone(), 1);
        // What it met in between is an outage: nobody is asked while that lasts.
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::server_error());
        three_hours(&f).await;
        three_hours(&f).await;
        assert_eq!(asked(&f).await, (0, vec![]));
    })
    .await;
}

/// security.md 90: where all are refused, it is no matter of an account
#[tokio::test]
async fn s90_what_all_accounts_meet_asks_nobody_to_look() {
    flow::each(async |f| {
        for account in ["acme", "bolt"] {
            f.connect(account).await;
        }
        let blocked = Some(Fault::status(403));
        f.sim.fail_everywhere(Endpoint::Token, blocked);
        for _ in 0..28 {
            three_hours(&f).await;
        }
        assert_eq!(asked(&f).await, (0, vec![]));
        assert_eq!(row(&f, "acme").await.explanation.next, NextStep::Nothing);
    })
    .await;
}

/// security.md 30: one refusal is no verdict; the same again, five minutes later, is
#[tokio::test]
async fn s30_a_refused_client_is_the_apps_fault_once_it_is_confirmed() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.rotate_secret("returns-id", "new-secret");
        for _ in 0..3 {
            let verdict = check(&f, "acme").await;
            assert!(
                matches!(verdict, Verdict::Unavailable { .. }),
                "{verdict:?}"
            );
            f.advance(Span::minutes(1));
        }
        let acme = row(&f, "acme").await;
        assert_eq!(acme.health, Health::Retrying);
        assert_eq!(acme.failure, Some(FailureKind::ClientRefused));
        assert!(!fault(&f).await);
        f.advance(Span::minutes(2));
        assert_eq!(check(&f, "acme").await, Verdict::AppRefused);
        let acme = row(&f, "acme").await;
        let both = (acme.health, acme.own_health);
        assert_eq!(both, (Health::SetupFault, Health::Working));
        let today = acme.history.last().copied().flatten();
        assert_eq!(today, Some(Health::SetupFault), "no green day");
        // A now right secret ends it at once.
        f.sim.rotate_secret("returns-id", "returns-secret");
        assert_eq!(check(&f, "acme").await, Verdict::Fine);
        assert_eq!(row(&f, "acme").await.health, Health::Working);
    })
    .await;
}

/// security.md 37: a row that can't be read doesn't keep the fault from being told
#[tokio::test]
async fn s37_a_damaged_connection_hides_no_fault_of_its_app() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "cork"] {
            f.connect(account).await;
        }
        f.sim.rotate_secret("returns-id", "new-secret");
        check(&f, "acme").await;
        let damage = "UPDATE connections SET loss_cause = 'nonsense', standing = 'nonsense' \
                      WHERE subdomain = 'acme'";
        assert_eq!(f.world.past(damage).await, 1);
        assert_eq!(check(&f, "bolt").await, Verdict::AppRefused);
        assert!(fault(&f).await);
    })
    .await;
}

/// security.md 30: a secret that was replaced while a check was under way. What
/// was refused counts no more, and what is right now is tried at once.
#[tokio::test]
async fn s30_credentials_that_were_replaced_meanwhile_cost_no_time() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.rotate_secret("returns-id", "new-secret");
        let account = f.sim.account("acme");
        account.hold(Endpoint::Token);
        let meanwhile = async {
            // After the exchange of its code.
            f.sim.wait_for("acme", Endpoint::Token, 2).await;
            f.advance(Span::seconds(1));
            let form = AppForm {
                client_secret: Some("new-secret".into()),
                ..f.form()
            };
            edit::edit(&f.owner, f.app.id, &form).await.unwrap();
            account.release(Endpoint::Token);
        };
        let (verdict, ()) = tokio::join!(check(&f, "acme"), meanwhile);
        assert_eq!(verdict, Verdict::Superseded);
        assert!(!fault(&f).await);
        let acme = row(&f, "acme").await;
        assert_eq!(acme.health, Health::Working);
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.sim.refreshes("acme").len(), 2, "asked again at once");
        assert_eq!(
            row(&f, "acme").await.last_success,
            Some(f.world.clock_now())
        );
    })
    .await;
}

/// security.md 30: a second account confirms it; one incident, and no state flips
#[tokio::test]
async fn s30_a_second_account_confirms_a_refused_client() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "cork"] {
            f.connect(account).await;
        }
        let changes = async |account| {
            let timeline = f.timeline(account).await;
            let changes = timeline.iter().filter(|code| **code == "health_changed");
            changes.count()
        };
        let before = [changes("bolt").await, changes("cork").await];
        f.sim.rotate_secret("returns-id", "new-secret");
        let verdict = check(&f, "acme").await;
        assert!(
            matches!(verdict, Verdict::Unavailable { .. }),
            "{verdict:?}"
        );
        assert_eq!(check(&f, "bolt").await, Verdict::AppRefused);
        for account in ["acme", "bolt", "cork"] {
            let row = row(&f, account).await;
            let both = (row.health, row.own_health);
            assert_eq!(both, (Health::SetupFault, Health::Working), "{account}");
        }
        let after = [changes("bolt").await, changes("cork").await];
        assert_eq!(after, before);
        f.sim.rotate_secret("returns-id", "returns-secret");
        f.advance(Span::minutes(30));
        assert_eq!(check(&f, "bolt").await, Verdict::Fine);
        assert_eq!(row(&f, "acme").await.health, Health::Working);
    })
    .await;
}

/// An account that gets `invalid_client` while others are renewed is alone with
/// that, however often it gets it; another one that gets it as well is not.
#[tokio::test]
async fn s30_an_account_that_is_alone_with_a_refused_client_stops_nobody() {
    flow::each(async |f| {
        for account in ["acme", "bolt"] {
            f.connect(account).await;
        }
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::invalid_client());
        for _ in 0..4 {
            check(&f, "acme").await;
            f.advance(Span::minutes(1));
            assert_eq!(check(&f, "bolt").await, Verdict::Fine);
            for _ in 0..3 {
                f.advance(Span::minutes(10));
                let verdict = check(&f, "acme").await;
                assert!(
                    matches!(verdict, Verdict::Unavailable { .. }),
                    "{verdict:?}"
                );
            }
        }
        assert!(!fault(&f).await);
        f.sim
            .account("bolt")
            .fail_always(Endpoint::Token, Fault::invalid_client());
        check(&f, "bolt").await;
        assert!(!fault(&f).await);
        assert_eq!(check(&f, "acme").await, Verdict::AppRefused);
    })
    .await;
}
