//! security.md 72: a chain over the heads of all tenants' audits.

use super::{as_program, ask};
use domain::time::Span;
use service::{
    audit::{Damage, HeadLog, HeadsDamage, HeadsReport, cut_off, verify, verify_heads},
    testing::{World, on_each_database},
    worker,
};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

async fn report(world: &World) -> HeadsReport {
    verify_heads(&world.services).await.unwrap()
}

async fn note(log: &mut HeadLog, world: &World) -> bool {
    world.clock.advance(Span::minutes(1));
    log.note(&world.services).await.unwrap()
}

/// Two tenants, whose heads were noted.
async fn noted(world: &World) -> HeadLog {
    let mut log = HeadLog::default();
    assert_eq!(report(world).await, HeadsReport::default());
    world.owner("harbour").await;
    world.owner("pier").await;
    assert!(note(&mut log, world).await);
    assert!(report(world).await.is_good());
    log
}

#[tokio::test]
async fn the_log_grows_once_a_minute_and_only_if_something_has_changed() {
    on_each_database(async |world| {
        let mut log = noted(&world).await;
        assert!(!note(&mut log, &world).await, "nothing has changed");
        assert!(!log.note(&world.services).await.unwrap());
        world.owner("quay").await;
        assert!(note(&mut log, &world).await);
        assert!(!note(&mut log, &world).await);

        // Of two processes one writes, and each knows what the other wrote.
        let (mut other, second) = (HeadLog::default(), world.second_process().await);
        assert!(!other.note(&second).await.unwrap(), "all of it is there");
        let owner = world.owner("quay").await;
        world.app(&owner, "returns").await;
        assert!(note(&mut log, &world).await);
        world.app(&owner, "orders").await;
        assert!(
            !other.note(&second).await.unwrap(),
            "within the same minute"
        );
        world.clock.advance(Span::minutes(1));
        assert!(other.note(&second).await.unwrap());
        assert!(!note(&mut log, &world).await);
        let report = report(&world).await;
        assert_eq!((report.good, report.last), (4, 4));
        assert!(report.is_good());
    })
    .await;
}

/// security.md 72: it is the worker that writes it.
#[tokio::test]
async fn s72_the_worker_writes_the_log() {
    on_each_database(async |world| {
        world.owner("harbour").await;
        let stop = CancellationToken::new();
        let working = tokio::spawn(worker::run(world.services.clone(), stop.clone()));
        let written = async { while report(&world).await.good == 0 {} };
        timeout(Duration::from_secs(60), written).await.unwrap();
        stop.cancel();
        working.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn s72_a_tenant_whose_audit_vanished_is_named() {
    on_each_database(async |world| {
        let mut log = noted(&world).await;
        let id = world.owner("harbour").await.tenant();
        // With key, head and all entries, and the tenant itself, by somebody
        // with all rights: nothing is left that could show.
        for table in [
            "audit_removals",
            "audit_entries",
            "audit_heads",
            "credentials",
            "data_keys",
        ] {
            let sql = format!("DELETE FROM {table} WHERE tenant_id = {}", world.uuid(id.0));
            world.past(&sql).await;
        }
        world
            .past("DELETE FROM tenants WHERE slug = 'harbour'")
            .await;
        let others = verify(&world.services, None).await.unwrap();
        assert_eq!(others.len(), 1);
        assert_eq!(others[0].broken, None);

        let named = async || {
            let report = report(&world).await;
            assert_eq!(report.broken, None);
            let tenants = report.tenants.into_iter();
            tenants.map(|t| (t.tenant, t.damage)).collect::<Vec<_>>()
        };
        let gone = vec![(id.to_string(), HeadsDamage::Gone(1))];
        assert_eq!(named().await, gone);
        // It stays named, also when all heads are written down anew.
        world.clock.advance(Span::days(2));
        world.app(&world.owner("pier").await, "returns").await;
        assert!(note(&mut log, &world).await);
        assert_eq!(named().await, gone);
        // Nor does a process forget it that knows nothing but the log.
        let mut later = HeadLog::default();
        world.owner("quay").await;
        assert!(note(&mut later, &world).await);
        assert_eq!(named().await, gone);
    })
    .await;
}

/// An older copy of a whole chain, with its head: by itself it is sound.
#[tokio::test]
async fn s72_an_audit_that_was_put_back_or_written_anew_is_named() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        world
            .past("CREATE TABLE kept_heads AS SELECT * FROM audit_heads")
            .await;
        let mut log = HeadLog::default();
        assert!(note(&mut log, &world).await);
        world.app(&owner, "returns").await;
        assert!(note(&mut log, &world).await);
        let put_back = async || {
            world
                .past("DELETE FROM audit_entries WHERE number > 1")
                .await;
            world.past("DELETE FROM audit_heads").await;
            world
                .past("INSERT INTO audit_heads SELECT * FROM kept_heads")
                .await;
        };
        put_back().await;
        let own = verify(&world.services, None).await.unwrap();
        assert_eq!(own[0].broken, None, "by itself it is sound");
        let found = report(&world).await;
        assert_eq!(found.tenants.len(), 1);
        assert_eq!(found.tenants[0].tenant, "harbour");
        assert_eq!(found.tenants[0].damage, HeadsDamage::PutBack(2));
        assert!(!found.is_good());
        // What it was stays in the log.
        note(&mut log, &world).await;
        assert_eq!(report(&world).await.tenants, found.tenants);

        // And if it goes on from there as if nothing had been.
        world.app(&owner, "orders").await;
        world.app(&owner, "stock").await;
        let own = verify(&world.services, None).await.unwrap();
        assert_eq!((own[0].broken, own[0].good), (None, 3));
        let found = report(&world).await;
        assert_eq!(found.tenants[0].damage, HeadsDamage::Rewritten(2));
        assert!(note(&mut log, &world).await, "the log goes on");
        assert_eq!(report(&world).await.tenants, found.tenants);
    })
    .await;
}

/// The last MAC stands in the end as well; the MACs of the entries and the seal of
/// the end would show whatever it does.
#[tokio::test]
async fn s72_the_log_itself_is_guarded() {
    on_each_database(async |world| {
        let mut log = noted(&world).await;
        let owner = world.owner("pier").await;
        for app in ["returns", "orders"] {
            world.app(&owner, app).await;
            assert!(note(&mut log, &world).await);
        }
        world.past("CREATE TABLE kept AS SELECT * FROM head_log").await;
        world.past("CREATE TABLE kept_end AS SELECT * FROM head_log_end").await;
        let broken = async || {
            let broken = report(&world).await.broken;
            broken.map(|broken| (broken.number, broken.damage))
        };
        let damages = [
            ("UPDATE head_log SET at = at + 1 WHERE number = 2", Some(2), Damage::Changed),
            ("UPDATE head_log SET whole = NOT whole WHERE number = 2", Some(2), Damage::Changed),
            ("UPDATE head_log SET heads = (SELECT heads FROM kept WHERE number = 1) WHERE number = 2", Some(2), Damage::Changed),
            ("DELETE FROM head_log WHERE number = 2", Some(2), Damage::Missing),
            ("DELETE FROM head_log WHERE number = 3", Some(3), Damage::CutOff),
            ("INSERT INTO head_log SELECT 4, at, whole, heads, mac FROM kept WHERE number = 3", Some(4), Damage::Surplus),
            ("UPDATE head_log_end SET count = 2, last_mac = (SELECT mac FROM kept WHERE number = 2)", None, Damage::HeadChanged),
            ("UPDATE head_log_end SET first = 1, first_mac = (SELECT mac FROM kept WHERE number = 1)", None, Damage::HeadChanged),
            ("DELETE FROM head_log_end", None, Damage::HeadMissing),
            ("UPDATE installation SET head_log_key = head_log_key_nonce", None, Damage::KeyMissing),
            ("UPDATE installation SET head_log_key = NULL", None, Damage::KeyMissing),
        ];
        for (i, (sql, number, damage)) in damages.into_iter().enumerate() {
            assert_eq!(broken().await, None, "before {sql}");
            world.past("CREATE TABLE kept_key AS SELECT * FROM installation").await;
            assert_eq!(world.past(sql).await, 1, "{sql}");
            assert_eq!(broken().await, Some((number, damage)), "{sql}");
            if number.is_none() {
                // Going on would seal it anew.
                world.app(&owner, &format!("app-{i}")).await;
                world.clock.advance(Span::minutes(1));
                assert!(log.note(&world.services).await.is_err(), "{sql}");
            }
            for back in [
                "DELETE FROM head_log",
                "INSERT INTO head_log SELECT * FROM kept",
                "DELETE FROM head_log_end",
                "INSERT INTO head_log_end SELECT * FROM kept_end",
                "UPDATE installation SET head_log_key = (SELECT head_log_key FROM kept_key)",
                "DROP TABLE kept_key",
            ] {
                world.past(back).await;
            }
        }
    })
    .await;
}

/// security.md 72: with the program's own rights, entries of the log go through a
/// function alone, and never the last one that holds all heads.
#[tokio::test]
async fn s72_with_the_programs_rights_the_log_keeps_what_all_heads_were() {
    on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // The program has all rights there.
        }
        let mut log = noted(&world).await;
        world.app(&world.owner("pier").await, "returns").await;
        assert!(note(&mut log, &world).await);
        for sql in [
            "UPDATE head_log_end SET first = count",
            "SELECT mooring_head_log_cut()",
        ] {
            as_program(&world, "", sql).await.unwrap();
        }
        let left = "SELECT count(*) FROM head_log";
        assert_eq!(ask(&world.database_url, left).await, "2");
        let broken = report(&world).await.broken.unwrap();
        assert_eq!((broken.number, broken.damage), (None, Damage::HeadChanged));
    })
    .await;
}

/// With retention, the log doesn't grow for ever, and what it says of each
/// tenant stays known.
#[tokio::test]
async fn old_entries_of_the_log_go_with_those_of_the_audit() {
    on_each_database(async |world| {
        let mut log = noted(&world).await;
        let owner = world.owner("pier").await;
        for day in 0..5 {
            world.clock.advance(Span::days(1));
            world.app(&owner, &format!("app-{day}")).await;
            assert!(note(&mut log, &world).await);
        }
        assert_eq!(report(&world).await.good, 6);
        let cut = cut_off(&world.services, Span::days(2), &CancellationToken::new()).await;
        assert!(cut.unwrap() > 0);
        let left = report(&world).await;
        assert!(left.is_good(), "{left:?}");
        assert!((2..=3).contains(&left.good), "{left:?}");
        assert_eq!(left.last, 6);
        let numbers = "SELECT min(number) FROM head_log";
        assert_eq!(
            ask(&world.database_url, numbers).await,
            (7 - left.good).to_string()
        );
        assert!(note(&mut log, &world).await, "the cut itself was recorded");
        assert!(report(&world).await.is_good());
    })
    .await;
}
