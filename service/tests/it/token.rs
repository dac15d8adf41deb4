//! Reading tokens: what is served, and what is asked of Gorgias for it.

use crate::flow::{self, sub};
use domain::{health::Health, time::Span};
use secrecy::ExposeSecret;
use service::{
    connections::{
        check_now::check_now,
        token::{self, TokenError},
    },
    worker,
};
use simulator::{Endpoint, ExpiresIn, Fault};

/// security.md 35
#[tokio::test]
async fn s35_a_failed_refresh_never_hides_a_living_token() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim
            .account("acme")
            .fail_always(Endpoint::Token, Fault::server_error());
        check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
        let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1))
            .await
            .unwrap();
        assert_eq!(token.health, Health::Retrying);
        let long = token::read(&f.owner, "returns", &sub("acme"), Span::hours(48)).await;
        assert!(
            matches!(long, Err(TokenError::Unavailable { .. })),
            "{long:?}"
        );
        assert_eq!(
            f.sim.refreshes("acme").len(),
            1,
            "asked again by its plan alone"
        );
    })
    .await;
}

#[tokio::test]
async fn a_token_is_read_without_any_upstream_call_even_if_expires_in_is_zero() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.sim.clear_log();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..5 {
            let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1))
                .await
                .unwrap();
            seen.insert(token.access_token.expose_secret().to_owned());
        }
        assert_eq!((seen.len(), f.sim.log().len()), (1, 0));
    })
    .await;
}

/// security.md 63: readers who want more life than Gorgias gives cause no storm
#[tokio::test]
async fn s63_asking_for_more_life_than_there_is_asks_gorgias_once() {
    flow::each(async |f| {
        // Opaque, since the simulator's clock goes on while the test's stands still.
        let account = f.sim.account("acme");
        account.token_lifetime(600).expires_in(ExpiresIn::Real);
        account.opaque_access_token(true);
        f.connect("acme").await;
        f.advance(Span::minutes(2));
        f.sim.clear_log();
        let acme = sub("acme");
        let readers = (0..20).map(|_| token::read(&f.owner, "returns", &acme, Span::hours(1)));
        for token in futures::future::join_all(readers).await {
            let Err(TokenError::LifeTooShort {
                available,
                retry_after,
            }) = token
            else {
                panic!("{token:?}");
            };
            assert_eq!(available, Span::seconds(600));
            assert_eq!(retry_after, Span::minutes(1));
        }
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        // A minute later Gorgias may give more.
        f.advance(Span::minutes(1));
        let again = token::read(&f.owner, "returns", &acme, Span::hours(1)).await;
        assert!(matches!(again, Err(TokenError::LifeTooShort { .. })));
        assert_eq!(f.sim.refreshes("acme").len(), 2);
        token::read(&f.owner, "returns", &acme, Span::minutes(1))
            .await
            .unwrap();
    })
    .await;
}

/// security.md 63: tokens of 20 seconds are renewed as often as it takes
#[tokio::test]
async fn s63_short_tokens_are_served_to_whoever_wants_no_more_life() {
    flow::each(async |f| {
        let account = f.sim.account("acme");
        account.token_lifetime(20).expires_in(ExpiresIn::Real);
        account.opaque_access_token(true);
        f.connect("acme").await;
        f.sim.clear_log();
        let acme = sub("acme");
        let mut least = Span::hours(1);
        for _ in 0..60 {
            f.advance(Span::seconds(1));
            let token = token::read(&f.owner, "returns", &acme, Span::seconds(10)).await;
            let life = token.unwrap().expires_at.since(f.world.clock_now());
            least = least.min(life);
        }
        assert!(least >= Span::seconds(10), "{least:?}");
        let asked = f.sim.refreshes("acme").len();
        assert!((5..=6).contains(&asked), "{asked} in a minute");

        // All that Gorgias gives, and not a second more.
        f.advance(Span::seconds(5));
        let all = token::read(&f.owner, "returns", &acme, Span::seconds(20)).await;
        assert!(all.is_ok(), "{all:?}");
        f.world.clock.advance(Span(400_000));
        let again = token::read(&f.owner, "returns", &acme, Span::seconds(20)).await;
        assert!(again.is_ok(), "{again:?}");
        assert_eq!(f.sim.refreshes("acme").len(), asked + 1);
        let more = token::read(&f.owner, "returns", &acme, Span::seconds(21)).await;
        let Err(TokenError::LifeTooShort { available, .. }) = more else {
            panic!("{more:?}");
        };
        assert_eq!(available, Span::seconds(20));
        assert_eq!(f.sim.refreshes("acme").len(), asked + 1);
    })
    .await;
}

/// The background renews short tokens before they end, too.
#[tokio::test]
async fn the_plan_of_checks_follows_the_life_of_tokens() {
    flow::each(async |f| {
        let account = f.sim.account("acme");
        account.token_lifetime(1_800).expires_in(ExpiresIn::Real);
        account.opaque_access_token(true);
        f.connect("acme").await;
        f.sim.clear_log();
        for _ in 0..60 {
            f.advance(Span::minutes(1));
            worker::tick(&f.world.services).await.unwrap();
            let row = f.account("acme").await.row;
            assert!(row.access_expires_at.unwrap() > f.world.clock_now());
        }
        assert_eq!(f.sim.refreshes("acme").len(), 4);
    })
    .await;
}
