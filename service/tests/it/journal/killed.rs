//! Processes that are killed between answer and row.

use super::{check, files, folder, leave_behind};
use crate::flow::{self, Flow};
use domain::{health::Health, time::Span};
use service::{
    engine::{refresh::Verdict, replay},
    testing::{Moment, TestDisk},
    worker,
};
use simulator::{Endpoint, Rotation};
use std::time::Duration;

const MOMENTS: [Moment; 4] = [
    Moment::BeforeWrite,
    Moment::BeforeSync,
    Moment::AfterSync,
    Moment::BeforeClear,
];

/// A process that is killed at a moment, and another one that comes after it.
async fn kill_at(f: &Flow, moment: Moment) {
    f.advance(Span::hours(6));
    let disk = TestDisk::default();
    disk.stop_at(moment);
    let victim = f.world.process_on(disk.clone()).await;
    let work = {
        let victim = victim.clone();
        tokio::spawn(async move { worker::tick(&victim).await })
    };
    disk.reached().await;
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    drop(victim);
    disk.kill();
    f.world.expire_leases().await;
    next_start(f).await;
}

/// Settles until the killed process's lock is gone, and with it its file.
async fn next_start(f: &Flow) {
    for _ in 0..1_000 {
        replay::replay(&f.world.services).await.unwrap();
        if files(&folder(&f.world), "journal").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the journal is still held");
}

/// security.md 24, as Gorgias is: killed at any moment, nothing is lost
#[tokio::test]
async fn s24_killed_at_any_moment_without_rotation() {
    flow::each(async |f| {
        f.connect("acme").await;
        for moment in MOMENTS {
            kill_at(&f, moment).await;
            assert_eq!(
                check(&f.owner, "acme").await.unwrap(),
                Verdict::Fine,
                "{moment:?}"
            );
            replay::close(&f.world.services).await.unwrap();
        }
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// security.md 24: where using a replaced token ends the grant, what is
/// written in the journal is not lost; what isn't, is
#[tokio::test]
async fn s24_killed_at_any_moment_with_strict_rotation() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        for moment in [
            Moment::BeforeSync,
            Moment::AfterSync,
            Moment::BeforeClear,
            Moment::BeforeWrite,
        ] {
            let before = f.account("acme").await.access_token_stored;
            kill_at(&f, moment).await;
            let after = f.account("acme").await.access_token_stored;
            let verdict = check(&f.owner, "acme").await.unwrap();
            if moment == Moment::BeforeWrite {
                // The window that is left, and that the documents state.
                assert_eq!(verdict, Verdict::Lost);
            } else {
                assert!(after > before, "{moment:?}");
                assert_eq!(verdict, Verdict::Fine, "{moment:?}");
            }
            replay::close(&f.world.services).await.unwrap();
        }
    })
    .await;
}

/// security.md 24: many at once, left by a process that could not write to the database
#[tokio::test]
async fn s24_the_next_start_stores_all_that_was_left_behind() {
    flow::each(async |f| {
        let names: Vec<String> = (0..20).map(|i| format!("shop-{i}")).collect();
        for name in &names {
            f.sim.account(name).rotation(Rotation::FamilyKill);
        }
        let accounts: Vec<&str> = names.iter().map(String::as_str).collect();
        leave_behind(&f, &accounts).await;
        f.sim.clear_log();
        // The sweep looks into journals before it takes leases.
        f.advance(Span::minutes(6));
        assert_eq!(worker::tick(&f.world.services).await.unwrap(), 0);
        assert_eq!(f.sim.log().len(), 0, "nobody was asked again");
        for name in &accounts {
            assert_eq!(check(&f.owner, name).await.unwrap(), Verdict::Fine);
            assert_eq!(f.account(name).await.row.health, Health::Working);
        }
    })
    .await;
}

/// An account that was taken for lost, since another machine asked with the
/// token that had been replaced: the answer that lay in a journal brings it back.
#[tokio::test]
async fn s24_a_late_answer_brings_back_what_was_taken_for_lost() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::On);
        let file = leave_behind(&f, &["acme"]).await;
        let elsewhere = file.with_extension("elsewhere");
        std::fs::rename(&file, &elsewhere).unwrap();
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Lost);
        std::fs::rename(&elsewhere, &file).unwrap();
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
    })
    .await;
}

/// A holder that stalls with an answer in the journal: whoever has the next
/// lease in the same process doesn't ask.
#[tokio::test]
async fn s24_who_stalls_with_an_answer_keeps_others_from_asking() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        f.advance(Span::hours(6));
        let disk = TestDisk::default();
        disk.stop_at(Moment::AfterSync);
        let process = f.world.process_on(disk.clone()).await;
        let work = {
            let process = process.clone();
            tokio::spawn(async move { worker::tick(&process).await })
        };
        disk.reached().await;
        f.world.expire_leases().await;
        let actor = super::owner_in(&f, &process).await;
        assert_eq!(check(&actor, "acme").await.unwrap(), Verdict::Busy);
        // Another process on this machine sees it, too.
        replay::replay(&f.world.services).await.unwrap();
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Busy);
        assert_eq!(f.sim.requests("acme", Endpoint::Token).len(), 2);
        disk.go_on();
        assert_eq!(work.await.unwrap().unwrap(), 1);
        assert_eq!(check(&actor, "acme").await.unwrap(), Verdict::Fine);
    })
    .await;
}

/// security.md 24: the attempt is dropped, but its process lives and stores the answer itself
#[tokio::test]
async fn s24_a_dropped_attempt_is_ended_by_its_process() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        f.advance(Span::hours(6));
        let disk = TestDisk::default();
        disk.stop_at(Moment::BeforeSync);
        let process = f.world.process_on(disk.clone()).await;
        let work = {
            let process = process.clone();
            tokio::spawn(async move { worker::tick(&process).await })
        };
        disk.reached().await;
        work.abort();
        assert!(work.await.unwrap_err().is_cancelled());
        disk.go_on();
        let mut stored = 0;
        for _ in 0..1_000 {
            stored = replay::replay(&process).await.unwrap();
            if stored > 0 {
                break;
            }
            // The write goes on beside.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(stored, 1);
        f.world.expire_leases().await;
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
        assert_eq!(f.sim.refreshes("acme").len(), 2);
    })
    .await;
}
