//! Answers that the database took late, or not at all.

use super::{check, files, folder, leave_behind, owner_in};
use crate::flow::{self, sub};
use domain::{health::Health, time::Span};
use service::{
    apps,
    connections::{
        check_now::CheckError,
        disconnect::{Disconnected, disconnect},
        token,
    },
    engine::{refresh::Verdict, replay},
    testing::TestDisk,
    worker,
};
use simulator::{Endpoint, Rotation};
use std::fs;

/// security.md 25: the database is down before the call, so there is none
#[tokio::test]
async fn s25_without_a_database_nobody_asks() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.advance(Span::hours(6));
        f.sim.clear_log();
        // What a lease is taken from, and what the call is made with.
        for table in ["connections", "credentials", "data_keys"] {
            f.world
                .past(&format!("ALTER TABLE {table} RENAME TO gone"))
                .await;
            let fresh = f.world.second_process().await;
            let _ = worker::tick(&fresh).await;
            let asked = check(&f.owner, "acme").await;
            assert!(asked.is_err(), "{table}: {asked:?}");
            f.world
                .past(&format!("ALTER TABLE gone RENAME TO {table}"))
                .await;
            f.world.expire_leases().await;
            assert_eq!(f.sim.log().len(), 0, "{table}");
        }
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
    })
    .await;
}

/// security.md 25: the database is down after the answer, so it is kept, and applied later
#[tokio::test]
async fn s25_an_answer_waits_for_the_database_and_nobody_asks_again() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        f.advance(Span::hours(6));
        f.world.make_tokens_unwritable().await;
        worker::tick(&f.world.services).await.unwrap();
        let before = f.account("acme").await;
        assert_eq!(f.sim.refreshes("acme").len(), 1);

        // Neither the sweep, a button or a reader, nor another process.
        let other = f.world.second_process().await;
        for _ in 0..3 {
            f.advance(Span::minutes(6));
            worker::tick(&f.world.services).await.unwrap();
            worker::tick(&other).await.unwrap();
            f.world.expire_leases().await;
            let asked = check(&f.owner, "acme").await;
            assert!(matches!(asked, Err(CheckError::Internal(_))), "{asked:?}");
            f.world.expire_leases().await;
            let elsewhere = check(&owner_in(&f, &other).await, "acme").await.unwrap();
            assert_eq!(elsewhere, Verdict::Busy);
        }
        let living = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
        let old = living.unwrap().expires_at;
        assert_eq!(f.sim.refreshes("acme").len(), 1);

        f.world.make_tokens_writable().await;
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        let after = f.account("acme").await;
        assert!(after.access_token_stored > before.access_token_stored);
        let served = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1)).await;
        assert!(served.unwrap().expires_at > old, "the new token is served");
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        f.world.expire_leases().await;
        // With a replaced refresh token, Gorgias would end the grant.
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// A button finds the answer that waits, and that is its check.
#[tokio::test]
async fn s25_who_asks_next_stores_what_waits() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        f.connect("acme").await;
        f.advance(Span::hours(1));
        f.world.make_tokens_unwritable().await;
        assert!(check(&f.owner, "acme").await.is_err());
        f.world.make_tokens_writable().await;
        let lease = "UPDATE connections SET lease_until = 0 WHERE lease_until > 0";
        assert_eq!(f.world.past(lease).await, 1, "nobody else may ask");
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Superseded);
        assert_eq!(f.sim.refreshes("acme").len(), 1);
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
        assert_eq!(f.sim.refreshes("acme").len(), 2);
    })
    .await;
}

/// Who approved again, or disconnected, meanwhile, knows better.
#[tokio::test]
async fn s24_overtaken_answers_are_dropped() {
    flow::each(async |f| {
        leave_behind(&f, &["acme", "bolt"]).await;
        f.connect("acme").await;
        disconnect(&f.owner, "returns", &sub("bolt")).await.unwrap();
        let before = f.account("acme").await.access_token_stored;
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 0);
        assert_eq!(f.account("acme").await.access_token_stored, before);
        assert_eq!(f.account("bolt").await.row.health, Health::NotConnected);
        let gone = fs::read_dir(folder(&f.world)).unwrap().count();
        assert_eq!(gone, 0, "and leave nothing behind");
    })
    .await;
}

/// The app, and with it the connection, is gone.
#[tokio::test]
async fn s24_answers_for_nobody_are_dropped() {
    flow::each(async |f| {
        leave_behind(&f, &["acme"]).await;
        apps::remove::remove(&f.owner, f.app.id).await.unwrap();
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 0);
        assert_eq!(files(&folder(&f.world), "journal").len(), 0);
        assert_eq!(files(&folder(&f.world), "aside").len(), 0);
    })
    .await;
}

/// A connection that is disconnected while its answer waits: the token that
/// Gorgias gave last is the one that is revoked.
#[tokio::test]
async fn s25_disconnecting_revokes_what_waits() {
    flow::each(async |f| {
        f.sim.account("acme").rotation(Rotation::On);
        f.connect("acme").await;
        f.advance(Span::hours(1));
        f.world.make_tokens_unwritable().await;
        assert!(check(&f.owner, "acme").await.is_err());
        f.world.make_tokens_writable().await;
        f.world.expire_leases().await;
        let ended = disconnect(&f.owner, "returns", &sub("acme")).await;
        assert_eq!(ended.unwrap(), Disconnected::Now { confirmed: true });
        let replaced = f.sim.refreshes("acme")[0].clone();
        let revoked = f.sim.requests("acme", Endpoint::Revoke)[0].clone();
        assert_ne!(
            revoked.parameter("token").unwrap(),
            replaced.parameter("refresh_token").unwrap()
        );
        assert_eq!(f.account("acme").await.row.health, Health::NotConnected);
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 0);
        assert_eq!(f.account("acme").await.row.health, Health::NotConnected);
    })
    .await;
}

/// Processes that share a folder have a file each, and leave each other's alone.
#[tokio::test]
async fn s24_living_processes_keep_their_journals() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        f.advance(Span::hours(1));
        let other = f.world.second_process().await;
        let actor = owner_in(&f, &other).await;
        f.world.make_tokens_unwritable().await;
        assert!(check(&f.owner, "acme").await.is_err());
        assert!(check(&actor, "bolt").await.is_err());
        f.world.make_tokens_writable().await;
        assert_eq!(files(&folder(&f.world), "journal").len(), 2);
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 0);
        // At its end a process stores what waits and leaves nothing.
        replay::close(&other).await.unwrap();
        assert_eq!(files(&folder(&f.world), "journal").len(), 1);
        replay::close(&f.world.services).await.unwrap();
        assert_eq!(fs::read_dir(folder(&f.world)).unwrap().count(), 0);
        assert_eq!(f.sim.refreshes("bolt").len(), 1);
        f.world.expire_leases().await;
        assert_eq!(check(&f.owner, "bolt").await.unwrap(), Verdict::Fine);
    })
    .await;
}

/// A place is used again and again, and each answer is synced once at most.
#[tokio::test]
async fn one_sync_for_each_refresh_and_no_new_places() {
    flow::each(async |f| {
        for account in ["acme", "bolt", "corn", "dock"] {
            f.connect(account).await;
        }
        let disk = TestDisk::default();
        // Of 72 KiB each.
        disk.with_room(8 * 72 * 1024);
        let process = f.world.process_on(disk.clone()).await;
        for round in 1..=5_usize {
            f.advance(Span::hours(6));
            assert_eq!(worker::tick(&process).await.unwrap(), 4);
            assert_eq!(f.sim.refreshes("acme").len(), round);
        }
        let syncs = disk.syncs();
        assert!((5..=20).contains(&syncs), "{syncs}");
        let [file] = files(&folder(&f.world), "journal").try_into().unwrap();
        assert_eq!(fs::metadata(file).unwrap().len(), 8 * 72 * 1024);
    })
    .await;
}
