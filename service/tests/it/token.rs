//! Reading tokens: what is served, and what is asked of Gorgias for it.

use crate::flow::{self, sub};
use domain::{health::Health, time::Span};
use secrecy::ExposeSecret;
use service::connections::{
    refresh::check_now,
    token::{self, TokenError},
};
use simulator::{Endpoint, Fault};

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
        f.sim.account("acme").token_lifetime(600);
        f.connect("acme").await;
        f.advance(Span::minutes(2));
        f.sim.clear_log();
        let acme = sub("acme");
        let readers = (0..20).map(|_| token::read(&f.owner, "returns", &acme, Span::hours(1)));
        for token in futures::future::join_all(readers).await {
            assert!(
                matches!(token, Err(TokenError::Unavailable { .. })),
                "{token:?}"
            );
        }
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        token::read(&f.owner, "returns", &acme, Span::minutes(1))
            .await
            .unwrap();
    })
    .await;
}
