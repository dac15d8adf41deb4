//! Open pages hear of changes, also of those that another process makes.

use crate::flow::{self, sub};
use domain::health::Health;
use service::{connections::check_now::check_now, core::relay, people::membership};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_change_is_heard_once_it_lasts() {
    flow::each(async |f| {
        let mut news = f.world.services.live.listen();
        f.connect("acme").await;
        let change = news.recv().await.unwrap();
        assert_eq!(
            (change.subdomain, change.health),
            (sub("acme"), Health::Working)
        );
        assert_eq!(change.tenant, f.owner.tenant());
        assert!(news.try_recv().is_err(), "and nothing twice");
    })
    .await;
}

#[tokio::test]
async fn a_change_of_another_process_is_heard() {
    flow::each(async |f| {
        if f.world.services.db.is_sqlite() {
            return; // One process only.
        }
        f.connect("acme").await;
        let other = f.world.second_process().await;
        let mut news = other.live.listen();
        let stop = CancellationToken::new();
        let relay = tokio::spawn(relay::relay(other.clone(), stop.clone()));
        let person = f.owner.person().unwrap();
        assert!(
            membership::actor(&other, person, &f.owner.tenant_slug)
                .await
                .unwrap()
                .is_some()
        );
        // Until the other process listens, its pages hear nothing: ask until they do.
        let change = loop {
            check_now(&f.owner, "returns", &sub("acme")).await.unwrap();
            match tokio::time::timeout(std::time::Duration::from_millis(200), news.recv()).await {
                Ok(change) => break change.unwrap(),
                Err(_) => continue,
            }
        };
        assert_eq!(
            (change.subdomain, change.health),
            (sub("acme"), Health::Working)
        );
        stop.cancel();
        relay.await.unwrap();
    })
    .await;
}
