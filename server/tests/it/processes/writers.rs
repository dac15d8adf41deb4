//! Many writers on one file.

use super::fleet::Fleet;
use service::testing::Backend;
use simulator::{Endpoint, Fault};

/// Commands that write, or read what is being written.
const COMMANDS: [&[&str]; 3] = [
    &[
        "tokens", "create", "--tenant", "harbour", "--name", "x", "--role", "viewer",
    ],
    &["keys", "rotate"],
    &["audit", "verify"],
];
/// How often each.
const TIMES: usize = 4;

/// security.md 27
#[tokio::test(flavor = "multi_thread")]
async fn s27_writers_of_one_file_wait_for_each_other() {
    let fleet = Fleet::on(&Backend::Sqlite).await;
    fleet.connect("shop", 150).await;
    let slow = Some(Fault::latency(50));
    fleet.simulator.fail_everywhere(Endpoint::Token, slow);
    let process = fleet.serve("data").await;
    fleet.fall_due().await;
    let commands = COMMANDS.map(async |command| {
        for _ in 0..TIMES {
            let output = fleet.mooring("data", command).output().await.unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{command:?}: {error}");
            let busy = error.contains("locked") || error.contains("busy");
            assert!(!busy, "{command:?}: {error}");
        }
    });
    futures::future::join_all(commands).await;
    fleet.settled().await;
    assert_eq!(process.complaints(&["WARN", "ERROR"]), [""; 0]);
    process.end().await;

    assert!(fleet.calls().values().all(|calls| *calls == 1));
    for held in fleet.assert_whole().await {
        assert_eq!(held.token_version, 2, "{} is stored", held.subdomain);
    }
    let tokens = "SELECT count(*) AS n FROM api_tokens";
    assert_eq!(fleet.beneath.number(tokens).await, TIMES as i64);
    let verify = fleet.mooring("data", &["audit", "verify"]);
    let verified = { verify }.status().await.unwrap();
    assert!(verified.success());
}
