//! kill -9 at random points between Gorgias' answer and the row.

use super::{
    chance,
    fleet::{Fleet, a_moment},
};
use domain::health::Health;
use service::testing::{Backend, backends};
use simulator::{LoggedRequest, Rotation};
use std::time::Duration;

/// Connections of each kind: as many as are refreshed at once.
const CONNECTIONS: usize = 30;

/// What is tried.
pub struct Kills {
    pub kills: usize,
    pub seed: u64,
}

impl Kills {
    /// One process after the other is killed in mid-refresh and started again on
    /// the same data. Half of the accounts rotate their refresh tokens strictly.
    pub async fn run(&self, backend: &Backend) {
        let mut chance = chance(self.seed);
        let fleet = Fleet::on(backend).await;
        for number in 0..CONNECTIONS {
            let strict = fleet.simulator.account(&format!("strict-{number}"));
            strict.rotation(Rotation::On);
        }
        fleet.connect("lasting", CONNECTIONS).await;
        fleet.connect("strict", CONNECTIONS).await;
        // What is lost here is refused in a row, and it is not the app's credentials.
        let vouch = format!("UPDATE apps SET refusals_accepted_until = {}", i64::MAX);
        fleet.beneath.run(&vouch).await;
        let mut calls = 0;
        for _ in 0..self.kills {
            fleet.fall_due().await;
            fleet.simulator.clear_log();
            let process = fleet.begin("data");
            let first = fleet.simulator.wait_until(1, LoggedRequest::is_refresh);
            assert!(!first.await.is_empty(), "{:#?}", process.log());
            a_moment(&mut chance, Duration::from_millis(250)).await;
            process.kill().await;
            calls += fleet.calls().values().sum::<usize>();
            fleet.all_run_out().await;
        }
        fleet.fall_due().await;
        let process = fleet.serve("data").await;
        fleet.settled().await;
        process.end().await;
        self.count_losses(&fleet, calls).await;
    }

    async fn count_losses(&self, fleet: &Fleet, calls: usize) {
        let (mut lost, mut disconnected) = (Vec::new(), 0);
        for held in fleet.held().await {
            let Some(problem) = fleet.problem(&held) else {
                continue;
            };
            assert!(problem.starts_with("strict-"), "{problem}");
            disconnected += usize::from(held.health == Health::Disconnected);
            lost.push(problem);
        }
        println!(
            "   {} kills among {calls} calls: none of {CONNECTIONS} lasting connections lost, \
             {} of {CONNECTIONS} with strict rotation",
            self.kills,
            lost.len()
        );
        // With strict rotation, an answer that was on its way to the journal when
        // the process died is gone with the only token that was good.
        assert_eq!(disconnected, lost.len(), "a loss is shown: {lost:?}");
    }
}

/// security.md 24
#[tokio::test(flavor = "multi_thread")]
async fn s24_killed_at_random_points_nothing_is_lost() {
    for backend in backends() {
        let kills = Kills {
            kills: 10,
            seed: 24,
        };
        kills.run(&backend).await;
    }
}
