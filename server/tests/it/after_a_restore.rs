//! What operators run after they put a backup back, or the clock right.

use crate::cli::{installation, make_owner, run, text};
use serde_json::{Value, json};
use service::testing::past;

/// security.md 85
#[tokio::test]
async fn s85_restored_says_what_it_marked() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let done = run(&folder, &["restored"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let line = "1 tenants marked, 0 connections are checked, 0 sessions ended\n";
    assert_eq!(text(&done.stdout), line);
    assert!(text(&done.stderr).contains("revoked"));
    let again = run(&folder, &["restored", "--json"]).await;
    let told: Value = serde_json::from_slice(&again.stdout).unwrap();
    let expected = json!({"tenants": 1, "connections": 0, "sessions_ended": 0});
    assert_eq!(told, expected);
    let whole = run(&folder, &["audit", "verify"]).await;
    assert_eq!(whole.status.code(), Some(0));
    assert!(text(&whole.stdout).contains("3 entries"));
}

/// security.md 78
#[tokio::test]
async fn s78_check_tells_of_a_clock_in_doubt_until_somebody_says_that_it_is_right() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let url = format!("sqlite://{}/data/mooring.db", folder.path().display()).into();
    let beat = "INSERT INTO heartbeats (name, at) \
         VALUES ('clock', (unixepoch('now') - 40 * 86400) * 1000000)";
    assert_eq!(past(&url, beat).await, 1);
    let clock = async |args: &[&str]| {
        let check = run(&folder, args).await;
        assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
        let all: Value = serde_json::from_slice(&check.stdout).unwrap();
        let checks = all["checks"].as_array().unwrap();
        checks
            .iter()
            .find(|c| c["what"] == "clock")
            .unwrap()
            .clone()
    };
    for _ in 0..2 {
        let doubted = clock(&["check", "--json"]).await;
        let warning = doubted["warning"].as_str().unwrap();
        assert!(warning.contains("40 days ahead"), "{warning}");
        assert!(warning.contains("`mooring check --clock-is-right`"));
    }
    for args in [
        &["check", "--clock-is-right", "--json"][..],
        &["check", "--json"],
    ] {
        assert_eq!(clock(args).await["warning"], Value::Null);
    }
}
