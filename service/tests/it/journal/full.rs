//! A disk that is full or fails.

use super::{check, files, folder};
use crate::flow::{self, sub};
use domain::{health::Health, time::Span};
use service::{
    connections::{
        overview,
        token::{self, TokenError},
    },
    engine::{refresh::Verdict, replay},
    testing::{Moment, TestDisk},
    worker,
};
use std::fs;

/// security.md 26: a full disk stops the call, not the answer; pages and the old token go on
#[tokio::test]
async fn s26_a_full_disk_stops_the_call() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.advance(Span::hours(6));
        let before = f.account("acme").await;
        let disk = TestDisk::default();
        disk.with_room(0);
        let process = f.world.process_on(disk.clone()).await;
        let actor = super::owner_in(&f, &process).await;
        assert_eq!(worker::tick(&process).await.unwrap(), 1);
        assert_eq!(worker::tick(&process).await.unwrap(), 0, "it is postponed");
        assert_eq!(check(&actor, "acme").await.unwrap(), Verdict::JournalFull);
        assert_eq!(f.sim.refreshes("acme").len(), 0);

        let after = f.account("acme").await;
        assert_eq!(after.row.health, before.row.health);
        assert_eq!(after.access_token_stored, before.access_token_stored);
        let served = token::read(&actor, "returns", &sub("acme"), Span::minutes(1)).await;
        assert_eq!(served.unwrap().health, Health::Working);
        let longer = token::read(&actor, "returns", &sub("acme"), Span::hours(20)).await;
        assert!(matches!(longer, Err(TokenError::Unavailable { .. })));
        assert_eq!(f.sim.refreshes("acme").len(), 0);
        overview::overview(&actor, None).await.unwrap();

        // As soon as there is room for one, it goes on, one at a time.
        disk.with_room(72 * 1024);
        f.advance(Span::minutes(6));
        assert_eq!(worker::tick(&process).await.unwrap(), 1);
        assert!(f.account("acme").await.access_token_stored > before.access_token_stored);
        assert_eq!(check(&actor, "acme").await.unwrap(), Verdict::Fine);
    })
    .await;
}

/// security.md 26: the same if the folder can't be written
#[tokio::test]
async fn s26_a_folder_that_can_not_be_written_stops_the_call() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.advance(Span::hours(1));
        fs::write(folder(&f.world), "in its place").unwrap();
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::JournalFull);
        replay::replay(&f.world.services).await.unwrap();
        assert_eq!(f.sim.refreshes("acme").len(), 0);
        let timeline = f.timeline("acme").await;
        assert_eq!(timeline.last(), Some(&"checked"), "{timeline:?}");
        fs::remove_file(folder(&f.world)).unwrap();
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
    })
    .await;
}

/// The disk breaks down when the answer is there: it goes to the database all
/// the same, and the next answers go into a new file.
#[tokio::test]
async fn s26_a_disk_that_breaks_down_later_loses_nothing() {
    flow::each(async |f| {
        for moment in [Moment::BeforeWrite, Moment::BeforeSync, Moment::BeforeClear] {
            f.connect("acme").await;
            f.advance(Span::hours(6));
            let before = f.account("acme").await.access_token_stored;
            let disk = TestDisk::default();
            disk.stop_at(moment);
            let process = f.world.process_on(disk.clone()).await;
            let work = {
                let process = process.clone();
                tokio::spawn(async move { worker::tick(&process).await })
            };
            disk.reached().await;
            disk.kill();
            assert_eq!(work.await.unwrap().unwrap(), 1);
            let after = f.account("acme").await;
            assert!(after.access_token_stored > before, "{moment:?}");
            assert_eq!(after.row.health, Health::Working);

            disk.break_down(false);
            let actor = super::owner_in(&f, &process).await;
            // What the disk forgot to forget is stored already.
            assert_eq!(replay::replay(&process).await.unwrap(), 0);
            assert_eq!(check(&actor, "acme").await.unwrap(), Verdict::Fine);
            replay::close(&process).await.unwrap();
            assert_eq!(files(&folder(&f.world), "journal").len(), 0, "{moment:?}");
            for file in files(&folder(&f.world), "aside") {
                // Half an entry is kept, as long as nobody knows better.
                assert_eq!(moment, Moment::BeforeWrite);
                fs::remove_file(file).unwrap();
            }
        }
    })
    .await;
}
