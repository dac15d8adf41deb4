//! A rotation that is killed again and again.

use super::{
    chance,
    fleet::{Fleet, a_moment},
    until, until_none,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use service::testing::{Backend, backends};
use std::{process::Stdio, time::Duration};
use tokio::io::{AsyncBufReadExt, BufReader};

/// What is tried.
pub struct Rotations {
    pub connections: usize,
    /// How many times `mooring keys rotate` is killed, and then the worker.
    pub kills: usize,
    pub seed: u64,
}

/// Records that are not under their tenant's newest key.
const LEFT: &str = "SELECT count(*) AS n FROM credentials \
    JOIN data_keys ON data_keys.id = credentials.data_key_id WHERE data_keys.retired_at IS NOT NULL";

impl Rotations {
    /// Begins with a new master and a new data key, under load; whoever brings
    /// records under it is killed, and others go on.
    pub async fn run(&self, backend: &Backend) {
        let mut chance = chance(self.seed);
        let mut fleet = Fleet::on(backend).await;
        fleet.connect("shop", self.connections).await;
        let new = fleet.world.new_master_key();
        let both = format!(
            "{},{}",
            new.expose_secret(),
            fleet.master_keys.expose_secret()
        );
        fleet.master_keys = SecretString::from(both);
        let load = fleet.serve("load").await;
        let mut left = Vec::new();
        for _ in 0..self.kills {
            fleet.fall_due().await;
            let mut command = fleet.mooring("rotate", &["keys", "rotate"]);
            let mut rotate = command.stderr(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(rotate.stderr.take().unwrap()).lines();
            while let Some(line) = lines.next_line().await.unwrap() {
                // “harbour: 100 of 801 records”
                if line.ends_with(" records") {
                    break;
                }
            }
            a_moment(&mut chance, Duration::from_millis(50)).await;
            rotate.kill().await.unwrap();
            left.push(fleet.beneath.number(LEFT).await);
        }
        assert!(left[0] > 0, "it was killed in the middle: {left:?}");
        assert_eq!(load.complaints(&["ERROR"]), [""; 0]);
        load.kill().await;
        fleet.all_run_out().await;
        for _ in 0..self.kills {
            fleet.fall_due().await;
            let before = fleet.beneath.number(LEFT).await;
            let worker = fleet.begin("worker");
            until("the worker goes on", async || {
                let now = fleet.beneath.number(LEFT).await;
                now < before || now == 0
            })
            .await;
            a_moment(&mut chance, Duration::from_millis(50)).await;
            worker.kill().await;
            fleet.all_run_out().await;
            left.push(fleet.beneath.number(LEFT).await);
        }
        println!("   records left after each kill: {left:?}");
        fleet.fall_due().await;
        let worker = fleet.serve("worker").await;
        until_none("all records are under the new key", async || {
            fleet.beneath.number(LEFT).await
        })
        .await;
        fleet.settled().await;
        assert_eq!(worker.complaints(&["ERROR"]), [""; 0]);
        worker.end().await;
        self.assert_old_keys_can_go(&mut fleet, new).await;
    }

    async fn assert_old_keys_can_go(&self, fleet: &mut Fleet, new: SecretString) {
        let status = async |fleet: &Fleet| -> Value {
            let mut status = fleet.mooring("status", &["keys", "status", "--json"]);
            let output = status.output().await.unwrap();
            assert!(output.status.success(), "{output:?}");
            serde_json::from_slice(&output.stdout).unwrap()
        };
        let before = status(fleet).await;
        assert_eq!(before["master_keys"][1]["removable"], true, "{before}");
        fleet.master_keys = new;
        let after = status(fleet).await;
        assert_eq!(after["master_keys"].as_array().unwrap().len(), 1);
        let keys = after["tenants"][0]["data_keys"].as_array().unwrap();
        assert!(keys.len() >= 2, "{after}");
        for key in keys {
            assert_eq!(key["removable"], key["state"] == "retired", "{after}");
        }
        assert_eq!(after["tenants"][0]["unreadable"], serde_json::json!([]));
        // With the new key alone.
        assert_eq!(fleet.assert_whole().await.len(), self.connections);
    }
}

/// security.md 41
#[tokio::test(flavor = "multi_thread")]
async fn s41_a_rotation_that_is_killed_goes_on() {
    for backend in backends() {
        let rotations = Rotations {
            connections: 200,
            kills: 2,
            seed: 41,
        };
        rotations.run(&backend).await;
    }
}
