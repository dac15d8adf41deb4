//! Many connections fall due at once, and three processes share them.

use super::{
    chance,
    fleet::{Fleet, Leases, a_moment},
    serving::Serving,
    until, until_none,
};
use rand::RngExt;
use service::testing::{Backend, POSTGRES, backends};
use simulator::{Endpoint, Fault};
use std::{collections::BTreeMap, time::Duration};

/// How many processes there are.
const PROCESSES: usize = 3;

/// What is tried.
pub struct Storm {
    pub connections: usize,
    /// How many times a process is stopped or killed, while there is work.
    pub faults: usize,
    pub seed: u64,
}

/// Several processes need PostgreSQL.
pub fn postgres() -> Option<Backend> {
    let mut all = backends().into_iter();
    let found = all.find(|b| matches!(b, Backend::Postgres(_)));
    if found.is_none() {
        println!("   left out: {POSTGRES} is not set");
    }
    found
}

impl Storm {
    pub async fn run(&self) {
        let Some(backend) = postgres() else { return };
        let mut chance = chance(self.seed);
        let mut fleet = Fleet::on(&backend).await;
        // A fault takes two or three seconds, and the backlog has to last for all of them.
        if let Some(each) = self.connections.checked_div(self.faults) {
            fleet.rate = (each / 3).max(80);
        }
        fleet.connect("shop", self.connections).await;
        let mut processes = Vec::new();
        for number in 0..PROCESSES {
            processes.push(fleet.serve(&number.to_string()).await);
        }
        if self.faults > 0 {
            // So that there is always something to be interrupted.
            let slow = Some(Fault::latency(150));
            fleet.simulator.fail_everywhere(Endpoint::Token, slow);
        }
        fleet.fall_due().await;
        // How often an account was under a lease whose holder was stopped or killed.
        let mut at_risk = BTreeMap::<String, usize>::new();
        let mut faults = 0;
        for number in 0..self.faults {
            if !fleet.under_way().await {
                println!("   all done after {number} faults");
                break;
            }
            a_moment(&mut chance, Duration::from_millis(300)).await;
            let victim = chance.random_range(0..PROCESSES);
            // One of each kind in any case.
            let struck = if number == 0 || (number > 1 && chance.random_bool(0.5)) {
                let again = fleet.begin(&victim.to_string());
                kill(&fleet, std::mem::replace(&mut processes[victim], again)).await
            } else {
                stop(&fleet, &processes[victim]).await
            };
            faults += 1;
            for (account, _) in struck {
                *at_risk.entry(account).or_default() += 1;
            }
        }
        self.settle(&fleet).await;
        for process in processes {
            process.end().await;
        }
        self.assert_one_call_each(&fleet, &at_risk, faults);
        let calls = fleet.calls();
        for held in fleet.assert_whole().await {
            let kept = usize::try_from(held.token_version - 1).unwrap();
            let calls = calls[held.subdomain.as_str()];
            assert!((1..=calls).contains(&kept), "{}: {kept}", held.subdomain);
        }
    }

    /// Waits until all is refreshed. What a process could not store because its
    /// own session had ended is put off for minutes: those pass at once.
    async fn settle(&self, fleet: &Fleet) {
        until_none("all is refreshed", async || {
            let sql = "SELECT count(*) AS n FROM connections WHERE token_version = 1";
            let clock = fleet.beneath.clock();
            let pass = format!(
                "UPDATE connections SET due_at = {clock} \
                 WHERE token_version = 1 AND due_at > {clock} AND lease_until = 0"
            );
            fleet.beneath.run(&pass).await;
            fleet.beneath.number(sql).await + fleet.leases().await.len() as i64
        })
        .await;
    }

    /// An account is asked once, and once more at most for each time that the
    /// holder of its lease was stopped or killed.
    fn assert_one_call_each(
        &self,
        fleet: &Fleet,
        at_risk: &BTreeMap<String, usize>,
        faults: usize,
    ) {
        let calls = fleet.calls();
        assert_eq!(calls.len(), self.connections, "all are asked");
        let all: usize = calls.values().sum();
        let allowed: usize = at_risk.values().sum();
        println!(
            "   {all} calls for {} connections; {allowed} were in flight when {faults} faults struck",
            self.connections
        );
        for (account, calls) in &calls {
            let allowed = 1 + at_risk.get(account).copied().unwrap_or_default();
            assert!(
                *calls <= allowed,
                "{account}: {calls} calls, {allowed} allowed"
            );
        }
    }
}

/// Kills a process and lets its leases run out; gives them.
async fn kill(fleet: &Fleet, victim: Serving) -> Leases {
    victim.kill().await;
    let stuck = fleet.stuck().await;
    fleet.run_out(&stuck).await;
    stuck
}

/// Stops a process beyond its leases, and lets it go on once others have done
/// what it held; gives its leases.
async fn stop(fleet: &Fleet, victim: &Serving) -> Leases {
    victim.freeze().await;
    let stuck = fleet.stuck().await;
    fleet.run_out(&stuck).await;
    let accounts: Vec<_> = stuck.iter().map(|(account, _)| account.as_str()).collect();
    let clock = fleet.beneath.clock();
    let sql = format!(
        "SELECT count(*) AS n FROM connections \
         WHERE subdomain IN ('{}') AND (due_at <= {clock} OR lease_until > 0)",
        accounts.join("','")
    );
    until("others have taken over", async || {
        fleet.beneath.number(&sql).await == 0
    })
    .await;
    victim.go_on();
    stuck
}

/// security.md 22, 32: three processes, no double call
#[tokio::test(flavor = "multi_thread")]
async fn s22_three_processes_ask_once_for_each_connection() {
    let storm = Storm {
        connections: 240,
        faults: 0,
        seed: 22,
    };
    storm.run().await;
}

/// security.md 23, 24
#[tokio::test(flavor = "multi_thread")]
async fn s23_stopped_and_killed_processes_lose_nothing_and_double_nothing() {
    let storm = Storm {
        connections: 300,
        faults: 3,
        seed: 23,
    };
    storm.run().await;
}
