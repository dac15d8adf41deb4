//! Refreshing: what an answer changes and what it leaves alone.

use crate::flow::{self, sub};
use domain::{health::Health, time::Span};
use service::{
    connections::{
        check_now::check_now,
        disconnect::{Disconnected, disconnect},
        overview,
        token::{self, TokenError},
    },
    engine::refresh::Verdict,
    worker,
};
use simulator::{Endpoint, ExpiresIn, Fault, RetryAfter, Rotation};

#[tokio::test]
async fn a_check_brings_a_new_token_and_keeps_the_old_refresh_token() {
    flow::each(async |f| {
        f.connect("acme").await;
        let before = f.account("acme").await;
        f.advance(Span::hours(1));
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::Fine
        );
        let after = f.account("acme").await;
        assert!(after.access_token_stored > before.access_token_stored);
        assert_eq!(after.refresh_token_stored, before.refresh_token_stored);
        assert_eq!(
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
            Verdict::Fine
        );
    })
    .await;
}

#[tokio::test]
async fn a_rotated_refresh_token_replaces_the_old() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::On);
        f.connect("acme").await;
        for _ in 0..3 {
            f.advance(Span::hours(1));
            assert_eq!(
                check_now(&f.owner, "returns", &sub("acme")).await.unwrap(),
                Verdict::Fine
            );
        }
    })
    .await;
}

/// security.md 36: a deactivation is found within the interval, while the last token still lives
#[tokio::test]
async fn s36_a_deactivation_is_found_within_the_interval() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.account("acme").deactivate();
        assert_eq!(
            worker::tick(&f.world.services).await.unwrap(),
            0,
            "nothing is due yet"
        );
        f.advance(Span::hours(6));
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 1);
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::Disconnected);
        assert!(
            account.row.explanation.detail.starts_with("Access stops"),
            "{:?}",
            account.row.explanation
        );
        assert_eq!(
            f.sim.refreshes("acme").len(),
            2,
            "asked once more before it was believed"
        );
        let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1))
            .await
            .unwrap();
        assert_eq!(
            token.health,
            Health::Disconnected,
            "the living token is still served"
        );
        f.advance(Span::hours(20));
        let gone = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(matches!(gone, Err(TokenError::Disconnected)));
        assert_eq!(
            worker::tick(&f.world.services).await.unwrap(),
            0,
            "nobody asks in vain"
        );
        f.connect("acme").await;
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// security.md 29
#[tokio::test]
async fn s29_three_days_of_errors_never_disconnect() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::server_error());
        for _ in 0..72 {
            f.advance(Span::hours(1));
            worker::tick(&f.world.services).await.unwrap();
        }
        assert_eq!(f.account("acme").await.row.health, Health::Retrying);
        f.sim.account("acme").heal(Endpoint::Token);
        f.advance(Span::hours(1));
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// security.md 18
#[tokio::test]
async fn s18_odd_answers_mean_retrying_and_keep_the_tokens() {
    flow::each(async |f| {
        f.connect("acme").await;
        let before = f.account("acme").await;
        for fault in [
            Fault::server_error(),
            Fault::html(),
            Fault::invalid_utf8(),
            Fault::deep_json(),
            Fault::truncated_json(),
            Fault::big_body(),
            Fault::gzip_bomb(),
            Fault::reset(),
            Fault::redirect(307, "http://127.0.0.1:1/elsewhere"),
        ] {
            let said = format!("{fault:?}");
            f.sim.account("acme").fail_once(Endpoint::Token, fault);
            let verdict = check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
            assert!(
                matches!(verdict, Verdict::Unavailable { .. }),
                "{said}: {verdict:?}"
            );
        }
        let after = f.account("acme").await;
        assert_eq!(after.row.health, Health::Retrying);
        assert_eq!(after.access_token_stored, before.access_token_stored);
        assert_eq!(after.refresh_token_stored, before.refresh_token_stored);
    })
    .await;
}

/// security.md 16
#[tokio::test]
async fn s16_every_kind_of_lifetime_is_read_right() {
    flow::each(async |f| {
        let kinds = [
            ExpiresIn::Zero,
            ExpiresIn::Absent,
            ExpiresIn::Real,
            ExpiresIn::Negative,
            ExpiresIn::Text,
            ExpiresIn::Huge,
        ];
        // A JWT says itself when it ends; of an opaque token, nothing else does.
        for (opaque, kind) in [false, true]
            .into_iter()
            .flat_map(|o| kinds.map(|k| (o, k)))
        {
            let said = format!("{kind:?}, opaque: {opaque}");
            f.sim.account("acme").opaque_access_token(opaque);
            f.sim.account("acme").expires_in(kind);
            f.connect("acme").await;
            let life = f
                .account("acme")
                .await
                .row
                .access_expires_at
                .unwrap()
                .since(f.world.clock_now());
            assert!(
                (Span::hours(23)..=Span::hours(25)).contains(&life),
                "{said}: {life:?}"
            );
        }
        f.sim.account("acme").token_type(Some("mac"));
        let verdict = check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert!(
            matches!(verdict, Verdict::Unavailable { .. }),
            "{verdict:?}"
        );
    })
    .await;
}

/// security.md 31
#[tokio::test]
async fn s31_retry_after_is_obeyed_and_capped() {
    flow::each(async |f| {
        f.connect("acme").await;
        for (asked, least, most) in [
            (RetryAfter::Seconds(1_200), 1_199, 1_801),
            (RetryAfter::DateIn(1_200), 1_190, 1_801),
            (RetryAfter::Seconds(999_999_999), 3_599, 3_601),
            (RetryAfter::Text("soon".into()), 5, 1_801),
        ] {
            let said = format!("{asked:?}");
            f.sim
                .account("acme")
                .fail_once(Endpoint::Token, Fault::retry_after(asked));
            let verdict = check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
            let Verdict::Unavailable { next, .. } = verdict else {
                panic!("{said}: {verdict:?}")
            };
            let wait = next.since(f.world.clock_now()).whole_seconds();
            assert!((least..=most).contains(&wait), "{said}: {wait} s");
        }
    })
    .await;
}

/// security.md 28
#[tokio::test]
async fn s28_a_refusal_of_an_old_token_after_a_reauthorization_is_no_loss() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.account("acme").hold(Endpoint::Token);
        let acme = sub("acme");
        let check = check_now(&f.owner, "returns", &acme);
        let reauthorize = async {
            f.sim.wait_for("acme", Endpoint::Token, 2).await;
            f.sim.account("acme").deactivate();
            f.sim.account("acme").let_others_pass(Endpoint::Token);
            f.connect("acme").await;
            f.sim.account("acme").release(Endpoint::Token);
        };
        let (verdict, ()) = tokio::join!(check, reauthorize);
        assert_eq!(verdict.unwrap(), Verdict::Superseded);
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

#[tokio::test]
async fn disconnecting_revokes_and_forgets() {
    flow::each(async |f| {
        f.connect("acme").await;
        let ended = disconnect(&f.owner, "returns", &sub("acme")).await;
        assert_eq!(ended.unwrap(), Disconnected::Now { confirmed: true });
        let account = f.account("acme").await;
        assert_eq!(account.row.health, Health::NotConnected);
        assert!(
            account
                .row
                .explanation
                .reason
                .starts_with("Disconnected on purpose by")
        );
        assert!(account.access_token_stored.is_none() && account.refresh_token_stored.is_none());
        assert_eq!(f.sim.requests("acme", Endpoint::Revoke).len(), 1);
        let gone = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(matches!(gone, Err(TokenError::NotConnected)));
    })
    .await;
}

#[tokio::test]
async fn a_dead_worker_shows_as_unchecked_and_on_the_overview() {
    flow::each(async |f| {
        f.connect("acme").await;
        worker::tidy(&f.world.services).await.unwrap();
        f.advance(Span::hours(12));
        assert_eq!(f.account("acme").await.row.health, Health::Unchecked);
        let overview = overview::overview(&f.owner, None).await.unwrap();
        assert_eq!(overview.worker.overdue, 1);
        assert_eq!(overview.counts.get(Health::Unchecked), 1);
        assert!(
            overview.need.is_empty(),
            "one line for all of them, above the list"
        );
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}
