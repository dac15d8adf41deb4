//! The binary with a key service: from master keys to it and back, and what it
//! says when it is away.

use crate::cli::{installation, make_owner, mooring, text};
use serde_json::Value;
use simulator::transit::{TOKEN, Transit, TransitFault};
use std::process::Output;
use tempfile::TempDir;

async fn with(folder: &TempDir, transit: &Transit, use_it: &str, args: &[&str]) -> Output {
    let output = mooring(folder.path(), args)
        .env("MOORING_KEY_SERVICE_URL", transit.url())
        .env("MOORING_KEY_SERVICE_TOKEN", TOKEN)
        .env("MOORING_KEY_SERVICE_USE", use_it)
        .output()
        .await
        .unwrap();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!said.contains(TOKEN), "{said}");
    output
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn data_keys_move_to_a_key_service_and_back() {
    let (folder, transit) = (installation().await, Transit::start().await.unwrap());
    assert!(make_owner(&folder).await.status.success());
    let moved = with(&folder, &transit, "wrap", &["keys", "rotate"]).await;
    let said = text(&moved.stderr);
    assert!(moved.status.success(), "{said}");
    assert!(
        said.contains("handed over to “transit:transit/mooring”"),
        "{said}"
    );
    assert!(
        said.contains("take it out of MOORING_MASTER_KEYS"),
        "{said}"
    );

    let status = json(&with(&folder, &transit, "wrap", &["keys", "status", "--json"]).await);
    let service = &status["master_keys"][0];
    assert_eq!(service["id"], "transit:transit/mooring");
    assert_eq!(service["encrypts"], true);
    assert_eq!(service["versions"][0]["version"], 1);
    assert_eq!(status["master_keys"][1]["removable"], true);
    let table = with(&folder, &transit, "wrap", &["keys", "status"]).await;
    assert!(text(&table.stdout).contains("with version 1"), "{table:?}");

    let back = with(&folder, &transit, "unwrap", &["keys", "rotate"]).await;
    let said = text(&back.stderr);
    assert!(said.contains("settings MOORING_KEY_SERVICE_…"), "{said}");
    transit.stop().await;
    let alone = mooring(folder.path(), &["check"]).output().await.unwrap();
    assert!(alone.status.success(), "{}", text(&alone.stdout));
}

/// security.md 40
#[tokio::test]
async fn s40_a_key_service_that_is_away_is_named_with_its_remedy() {
    let (folder, transit) = (installation().await, Transit::start().await.unwrap());
    assert!(make_owner(&folder).await.status.success());
    transit.fail(Some(TransitFault::Status(503)));
    let check = with(&folder, &transit, "wrap", &["check"]).await;
    assert_eq!(check.status.code(), Some(1));
    let said = text(&check.stdout);
    assert!(
        said.contains(&transit.url()) && said.contains("unseal it"),
        "{said}"
    );
    let serve = with(&folder, &transit, "wrap", &["serve"]).await;
    assert_eq!(serve.status.code(), Some(1));
    let said = text(&serve.stderr);
    assert!(said.contains("unseal it"), "{said}");
    transit.fail(None);
    let check = with(&folder, &transit, "wrap", &["check"]).await;
    assert!(check.status.success(), "{}", text(&check.stdout));
}
