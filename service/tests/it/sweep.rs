//! The sweep as a whole: one pace, and a breaker for each app.

use crate::flow;
use domain::{event::Actor, health::Health, time::Span};
use service::{
    connections::{check_now::check_now, events},
    worker,
};
use simulator::Endpoint;

/// security.md 30: the breaker, not every connection, tries the credentials
#[tokio::test]
async fn s30_one_connection_tries_refused_credentials_for_all() {
    flow::each(async |f| {
        for i in 0..6 {
            f.connect(&format!("shop-{i}")).await;
        }
        f.sim.rotate_secret("returns-id", "new-secret");
        f.advance(Span::hours(6));
        f.sim.clear_log();
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 6);
        f.sim.clear_log();
        f.advance(Span::hours(1));
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.sim.log().len(), 1, "one for all");
        for i in 0..6 {
            let row = f.account(&format!("shop-{i}")).await.row;
            assert_eq!(
                (row.health, row.own_health),
                (Health::SetupFault, Health::Working)
            );
        }
        f.sim.rotate_secret("returns-id", "returns-secret");
        for _ in 0..2 {
            f.advance(Span::hours(1));
            worker::tick(&f.world.services).await.unwrap();
        }
        assert_eq!(f.account("shop-0").await.row.health, Health::Working);
    })
    .await;
}

/// security.md 31 and 32: many 429s slow everybody down, and no process goes faster than all may
#[tokio::test]
async fn s32_all_processes_share_one_pace() {
    for backend in service::testing::backends() {
        let f = flow::Flow::start(&backend, |config| config.refresh_rate = 20).await;
        for i in 0..40 {
            f.connect(&format!("shop-{i}")).await;
        }
        f.advance(Span::hours(6));
        f.sim.clear_log();
        let other = f.world.second_process().await;
        #[allow(clippy::disallowed_methods)] // The pace runs on the database's clock.
        let begun = std::time::Instant::now();
        let (a, b) = tokio::join!(worker::tick(&f.world.services), worker::tick(&other));
        let went = a.unwrap() + b.unwrap();
        let passed = begun.elapsed().as_secs_f64();
        assert!(went >= 1, "the pace is not a stop");
        assert!(
            went as f64 <= 20.0 + passed * 20.0 + 1.0,
            "{went} in {passed} s"
        );
        assert_eq!(f.sim.log().len(), went, "and none is asked twice");
    }
}

/// Who was asked for a new token, in the order of their numbers: within one
/// look, they overtake each other.
fn asked(f: &flow::Flow) -> Vec<String> {
    let refreshes = f.sim.log().into_iter().filter(|r| r.is_refresh());
    let mut names: Vec<String> = refreshes.filter_map(|r| r.account).collect();
    names.sort_by_key(|name| (name.len(), name.clone()));
    names
}

/// security.md 32: after an outage, the nearest expiry goes first, each connection once
#[tokio::test]
async fn s32_an_outage_is_caught_up_with_nearest_expiry_first() {
    for backend in service::testing::backends() {
        let f = flow::Flow::start(&backend, |config| config.refresh_rate = 5).await;
        let names: Vec<String> = (0..12).map(|i| format!("shop-{i}")).collect();
        for name in &names {
            f.connect(name).await;
            f.advance(Span::minutes(2));
        }
        let down = Some(simulator::Fault::server_error());
        f.sim.fail_everywhere(Endpoint::Token, down);
        for _ in 0..6 {
            f.advance(Span::hours(1));
            // A second for each look.
            f.world.past("UPDATE pace SET free_at = 0").await;
            worker::tick(&f.world.services).await.unwrap();
        }
        f.sim.fail_everywhere(Endpoint::Token, None);
        f.advance(Span::hours(1));
        for nearest in names.chunks(5) {
            f.world.past("UPDATE pace SET free_at = 0").await;
            f.sim.clear_log();
            worker::tick(&f.world.services).await.unwrap();
            assert_eq!(asked(&f), nearest);
        }
        for name in &names {
            assert_eq!(f.account(name).await.row.health, Health::Working);
        }
    }
}

/// security.md 31: many 429s at once slow everybody down, by half each time
#[tokio::test]
async fn s31_many_refusals_to_hurry_halve_the_rate() {
    for backend in service::testing::backends() {
        let f = flow::Flow::start(&backend, |config| config.refresh_rate = 20).await;
        for i in 0..24 {
            f.connect(&format!("shop-{i}")).await;
        }
        let busy = Some(simulator::Fault::too_many_requests());
        f.sim.fail_everywhere(Endpoint::Token, busy);
        for allowed in [20, 10, 5] {
            f.advance(Span::hours(6));
            f.world.past("UPDATE pace SET free_at = 0").await;
            assert_eq!(worker::tick(&f.world.services).await.unwrap(), allowed);
        }
    }
}

#[tokio::test]
async fn the_next_worker_says_that_nobody_checked() {
    flow::each(async |f| {
        f.connect("acme").await;
        // No worker lives for a day.
        f.advance(Span::hours(20));
        assert_eq!(f.account("acme").await.row.health, Health::Unchecked);
        assert!(!f.timeline("acme").await.contains(&"unchecked"));
        worker::tick(&f.world.services).await.unwrap();
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        f.advance(Span::hours(6));
        worker::tick(&f.world.services).await.unwrap();
        let timeline = f.timeline("acme").await;
        let said = timeline.iter().filter(|kind| **kind == "unchecked");
        assert_eq!(said.count(), 1, "{timeline:?}");
        // Also if a person looks first: it isn't their doing.
        f.advance(Span::hours(20));
        check_now(&f.owner, "returns", &flow::sub("acme"))
            .await
            .unwrap();
        let id = f.account("acme").await.row.id;
        let entries = events::of_connection(&f.owner, id, None, 10).await.unwrap();
        let said = entries
            .iter()
            .find(|entry| entry.happening.code() == "unchecked");
        assert_eq!(said.unwrap().actor, Actor::Worker);
    })
    .await;
}
