//! security.md 33: clocks that are wrong, and that jump.

use crate::flow::{self, Flow, sub};
use domain::{health::Health, time::Span};
use secrecy::ExposeSecret;
use service::{
    clock::{Clock, SystemClock},
    connections::token::{self, TokenError},
    worker,
};
use simulator::{Endpoint, ExpiresIn, Fault};

/// Whether Gorgias takes the token that is handed out.
async fn served_token_works(f: &Flow, account: &str) -> bool {
    // Making one takes longer than all the rest.
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    let client = CLIENT.get_or_init(reqwest::Client::new);
    let token = token::read(&f.owner, "returns", &sub(account), Span::minutes(1)).await;
    let token = token.unwrap();
    let address = f.sim.url_template().replace("{subdomain}", account);
    let request = client
        .get(format!("{address}/api/users/0"))
        .bearer_auth(token.access_token.expose_secret());
    request.send().await.unwrap().status().is_success()
}

/// Tokens whose end Mooring can only reckon from its own clock.
async fn connect_opaque(f: &Flow, account: &str) {
    let behaviour = f.sim.account(account);
    behaviour
        .opaque_access_token(true)
        .expires_in(ExpiresIn::Real);
    f.connect(account).await;
}

#[tokio::test]
async fn s33_ten_minutes_off_serve_no_expired_token_and_make_no_loop() {
    for minutes in [-10, 10] {
        flow::each(async |f| {
            f.world.clock.advance(Span::minutes(minutes));
            f.connect("acme").await;
            connect_opaque(&f, "bolt").await;
            f.sim.clear_log();
            for hour in 0..28 {
                f.advance(Span::hours(1));
                worker::tick(&f.world.services).await.unwrap();
                for account in ["acme", "bolt"] {
                    assert!(
                        served_token_works(&f, account).await,
                        "{account}, hour {hour}"
                    );
                }
            }
            for account in ["acme", "bolt"] {
                let count = f.sim.refreshes(account).len();
                assert!((4..=7).contains(&count), "{account}: {count}");
            }
            // Put right, it neither asks nor serves anything else.
            f.world.clock.advance(Span::minutes(-minutes));
            f.sim.clear_log();
            for account in ["acme", "bolt"] {
                assert!(served_token_works(&f, account).await);
            }
            for _ in 0..3 {
                worker::tick(&f.world.services).await.unwrap();
            }
            assert!(f.sim.refreshes("acme").len() + f.sim.refreshes("bolt").len() <= 2);
        })
        .await;
    }
}

/// What was received while the clock was a day ahead would seem to live a day too long.
#[tokio::test]
async fn s33_a_clock_that_was_a_day_ahead_leaves_no_token_that_seems_to_live() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "cliff"] {
            connect_opaque(&f, account).await;
        }
        f.world.clock.advance(Span::days(1));
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 3);
        f.world.clock.advance(Span::days(-1));
        f.sim.clear_log();
        // A reader doesn't believe it, and gets a new one; the next reader gets the same.
        assert!(served_token_works(&f, "acme").await);
        assert!(served_token_works(&f, "acme").await);
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        // If there is none to be had, nobody is told that the old one lives.
        let cliff = f.sim.account("cliff");
        cliff.fail_always(Endpoint::Token, Fault::server_error());
        let read = token::read(&f.owner, "returns", &sub("cliff"), Span::minutes(1)).await;
        assert!(
            matches!(read, Err(TokenError::Unavailable { .. })),
            "{read:?}"
        );
        cliff.heal(Endpoint::Token);
        // The sweep doesn't wait for tomorrow.
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.sim.refreshes("bolt").len(), 1);
        for _ in 0..5 {
            f.advance(Span::minutes(10));
            worker::tick(&f.world.services).await.unwrap();
        }
        let counts = ["acme", "bolt"].map(|account| f.sim.refreshes(account).len());
        assert_eq!(counts, [1, 1], "no loop");
        for hour in 0..30 {
            f.advance(Span::hours(1));
            worker::tick(&f.world.services).await.unwrap();
            for account in ["acme", "bolt", "cliff"] {
                assert!(
                    served_token_works(&f, account).await,
                    "{account}, hour {hour}"
                );
            }
        }
    })
    .await;
}

/// A clock that falls back by a day: what was true is doubted once, and checked once.
#[tokio::test]
async fn s33_a_clock_that_falls_back_a_day_checks_everything_once() {
    flow::each(async |f| {
        for account in ["acme", "bolt"] {
            connect_opaque(&f, account).await;
        }
        f.sim.clear_log();
        for jump in [-1, 1] {
            f.world.clock.advance(Span::days(jump));
            for _ in 0..5 {
                worker::tick(&f.world.services).await.unwrap();
                assert!(served_token_works(&f, "acme").await);
            }
            for account in ["acme", "bolt"] {
                assert_eq!(f.sim.refreshes(account).len(), 1, "{account}, {jump} days");
                assert_eq!(f.account(account).await.row.health, Health::Working);
            }
            f.sim.clear_log();
        }
    })
    .await;
}

#[tokio::test]
async fn s33_a_lease_from_the_future_stops_no_reader() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.advance(Span::hours(24));
        f.sim.clear_log();
        // Taken a year ahead, before the database's clock was put back.
        let end = SystemClock.now().plus(Span::days(365));
        let sql = format!("UPDATE connections SET lease_until = {}", end.0);
        assert_eq!(f.world.past(&sql).await, 1);
        let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(token.is_ok(), "{token:?}");
        assert_eq!(f.sim.refreshes("acme").len(), 1);
    })
    .await;
}
