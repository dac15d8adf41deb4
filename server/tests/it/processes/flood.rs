//! More connections than the process may have files.

use super::{fleet::Fleet, serving::Serving, until};
use service::testing::backends;
use tokio::net::TcpStream;

/// security.md 75: silent connections take no files from the database, from
/// requests to Gorgias and from the journal.
#[tokio::test(flavor = "multi_thread")]
async fn s75_in_a_flood_of_idle_connections_refreshing_goes_on() {
    for backend in backends() {
        let fleet = Fleet::on(&backend).await;
        fleet.connect("shop", 20).await;
        let command = fleet.mooring_after("ulimit -n 160", "data", &["serve"]);
        let mut process = Serving::start(command);
        let address = process.address().await;
        process.says("leaves room for few connections").await;
        let peer = address.strip_prefix("http://").unwrap();
        let mut silent = Vec::new();
        for _ in 0..120 {
            silent.push(TcpStream::connect(peer).await.unwrap());
        }
        fleet.fall_due().await;
        fleet.settled().await;
        for held in fleet.assert_whole().await {
            assert_eq!(held.token_version, 2, "{} is refreshed", held.subdomain);
        }
        let log = process.log();
        assert!(
            !log.iter().any(|line| line.contains("can't be accepted")),
            "{log:#?}"
        );
        // The silent ones end in their time, and then others are answered.
        until("somebody is answered", async || {
            let alive = reqwest::get(format!("{address}/healthz")).await;
            alive.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        process.end().await;
    }
}
