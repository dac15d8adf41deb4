//! Rotation of data keys: under load, stopped at any point, with unreadable records.

use super::*;
use crate::keys::{
    Begun, TenantKeys,
    reencrypt::{replace, replacement},
    rotate,
};
use domain::time::Span;
use sea_orm::ConnectionTrait;

const RECORDS: usize = 30;

async fn kept(services: &Services, scope: &TenantScope, how_many: usize) -> Vec<Uuid> {
    let owners: Vec<_> = (0..how_many).map(|_| services.new_id()).collect();
    for owner in &owners {
        keep(services.vault(), scope, REFRESH, *owner, "old")
            .await
            .unwrap();
    }
    owners
}

async fn shown(scope: &TenantScope) -> TenantKeys {
    scope.services().vault().tenant_keys(scope).await.unwrap()
}

async fn begin(scope: &TenantScope) -> Begun {
    rotate::begin(scope).await.unwrap()
}

async fn finish(scope: &TenantScope) -> (u64, u64) {
    let sum = rotate::finish(scope, |_| ()).await.unwrap();
    assert!(!sum.more);
    (sum.moved, sum.set_aside)
}

/// Damages a record as a person with access to the database could.
async fn ruin(services: &Services, owner: Uuid) {
    let mut row = row(services, REFRESH, owner).await;
    row.ciphertext[3] ^= 1;
    plant(services, row).await;
}

#[tokio::test]
async fn a_new_key_takes_over_record_by_record() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (ours, theirs) = (tenant(services).await, tenant(services).await);
        assert_eq!(begin(&ours).await, Begun::Nothing);
        let owners = kept(services, &ours, RECORDS).await;
        let other = kept(services, &theirs, 1).await[0];
        let (old, foreign) = (
            shown(&ours).await.keys.remove(0),
            row(services, REFRESH, other).await,
        );
        assert!(old.current && !shown(&ours).await.under_way());

        assert_eq!(begin(&ours).await, Begun::New);
        let begun = shown(&ours).await;
        // The first entry of the audit made the audit's key, under the new data key.
        assert_eq!(begun.progress(), (1, 31));
        assert!(begun.keys[0].current && begun.keys[0].id != old.id);
        assert!(begun.keys[1].retired_at.is_some());
        let fresh = services.new_id();
        keep(services.vault(), &ours, ACCESS, fresh, "fresh")
            .await
            .unwrap();
        assert_eq!(
            shown(&ours).await.progress(),
            (2, 32),
            "sealed anew at once"
        );

        let step = services.vault().rotate_batch(&ours, 10).await.unwrap();
        assert_eq!((step.moved, step.set_aside, step.more), (10, 0, true));
        assert_eq!(begin(&ours).await, Begun::Resumed, "no third key");
        assert_eq!(shown(&ours).await.progress(), (12, 32));
        assert_eq!(finish(&ours).await, (20, 0));

        let done = shown(&ours).await;
        assert_eq!(done.keys.len(), 2);
        assert_eq!(
            (done.keys[0].records, done.keys[0].encryptions),
            (32, 32),
            "each is counted"
        );
        assert!(done.keys[1].removable() && !done.keys[0].removable());
        for owner in owners {
            let secret = read(services.vault(), &ours, REFRESH, owner).await.unwrap();
            assert_eq!(secret.as_deref(), Some("old"));
        }
        assert_eq!(
            row(services, REFRESH, other).await,
            foreign,
            "another tenant's"
        );
        assert_eq!(begin(&ours).await, Begun::New, "the next one");
    })
    .await;
}

/// Security 41: stopped at any point, with refreshes in two processes at the same time.
#[tokio::test]
async fn s41_a_rotation_under_load_is_stopped_anywhere_and_resumes() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let second = world.second_process().await;
        let scope = tenant(services).await;
        let elsewhere = TenantScope::new(&second, scope.tenant());
        let owners = kept(services, &scope, RECORDS).await;
        let old = shown(&scope).await.keys.remove(0).id;
        assert_eq!(begin(&scope).await, Begun::New);
        let refreshes = async {
            for (turn, owner) in owners.iter().enumerate() {
                if turn % 3 == 0 {
                    keep(second.vault(), &elsewhere, REFRESH, *owner, "refreshed")
                        .await
                        .unwrap();
                }
                let secret = read(services.vault(), &scope, REFRESH, *owner).await;
                let expected = if turn % 3 == 0 { "refreshed" } else { "old" };
                assert_eq!(secret.unwrap().as_deref(), Some(expected), "meanwhile");
            }
        };
        let stopped = async {
            for patience in 0..60 {
                let give_up = async {
                    for _ in 0..patience {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::select! {
                    biased;
                    step = services.vault().rotate_batch(&scope, 3) => { step.unwrap(); }
                    () = give_up => (), // dropped at any point
                }
            }
        };
        tokio::join!(refreshes, stopped, async {
            for _ in 0..5 {
                elsewhere.vault().rotate_batch(&elsewhere, 2).await.unwrap();
            }
        });
        // As after a kill: another process, which has nothing in memory.
        let third = world.second_process().await;
        let scope = TenantScope::new(&third, scope.tenant());
        begin(&scope).await;
        finish(&scope).await;
        let done = shown(&scope).await;
        assert!(!done.under_way() && done.unreadable.is_empty(), "{done:?}");
        let old = done.keys.iter().find(|key| key.id == old).unwrap();
        assert!(old.removable(), "{old:?}");
        for (turn, owner) in owners.iter().enumerate() {
            let secret = read(third.vault(), &scope, REFRESH, *owner).await.unwrap();
            let expected = if turn % 3 == 0 { "refreshed" } else { "old" };
            assert_eq!(secret.as_deref(), Some(expected));
        }
    })
    .await;
}

/// Security 41: an answer that came in the meantime stays.
#[tokio::test]
async fn s41_a_record_changed_meanwhile_is_not_overwritten() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let scope = tenant(services).await;
        let owner = kept(services, &scope, 1).await[0];
        begin(&scope).await;
        let stale = row(services, REFRESH, owner).await;
        keep(services.vault(), &scope, REFRESH, owner, "newer")
            .await
            .unwrap();
        let tx = scope.write().await.unwrap();
        let current = services
            .vault()
            .encrypting_key(services, &tx, scope.tenant())
            .await
            .unwrap();
        let sealed = services.vault().reseal(&scope, &tx, &current, &stale).await;
        let stale = [(stale, sealed.unwrap())];
        let moved = replace(&scope, &tx, &current, &stale).await;
        assert_eq!(moved.unwrap(), 0);
        // Each record is found by its key, without reading all of the tenant or
        // of the data key.
        if services.db.is_sqlite() {
            let mut explain = replacement(&scope, &current, &stale);
            explain.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
            let steps = tx.query_all_raw(explain).await.unwrap();
            let steps = steps.iter().map(|row| row.try_get("", "detail").unwrap());
            let plan = steps.collect::<Vec<String>>().join("; ");
            assert!(plan.contains("(owner_id=? AND purpose=?)"), "{plan}");
        }
        tx.commit().await.unwrap();
        let secret = read(services.vault(), &scope, REFRESH, owner)
            .await
            .unwrap();
        assert_eq!(secret.as_deref(), Some("newer"));
    })
    .await;
}

/// Security 37: unreadable records are set aside and listed, and block nothing.
#[tokio::test]
async fn s37_an_unreadable_record_is_set_aside_and_the_rotation_ends() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let scope = tenant(services).await;
        let owners = kept(services, &scope, 5).await;
        let old = shown(&scope).await.keys.remove(0).id;
        ruin(services, owners[2]).await;
        begin(&scope).await;
        assert_eq!(finish(&scope).await, (4, 1));
        let done = shown(&scope).await;
        assert!(!done.under_way());
        let [listed] = &done.unreadable[..] else {
            panic!("{done:?}")
        };
        assert_eq!((listed.owner, listed.data_key), (owners[2], old));
        assert_eq!(listed.purpose, REFRESH.code());
        assert!(!done.keys[1].removable(), "it is still needed");
        let refused = read(services.vault(), &scope, REFRESH, owners[2]).await;
        assert!(matches!(
            refused,
            Err(InternalError::Vault(VaultError::Unreadable { .. }))
        ));

        assert_eq!(begin(&scope).await, Begun::New, "it doesn't block the next");
        // Four, and the key of the audit.
        assert_eq!(finish(&scope).await, (5, 1), "and is tried again");
        keep(services.vault(), &scope, REFRESH, owners[2], "again")
            .await
            .unwrap();
        let mended = shown(&scope).await;
        assert!(mended.unreadable.is_empty());
        assert!(mended.keys[1..].iter().all(|key| key.removable()));
    })
    .await;
}

/// Security 37: a data key that doesn't open any more blocks nothing either.
#[tokio::test]
async fn s37_records_under_a_ruined_key_are_set_aside() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let scope = tenant(services).await;
        kept(services, &scope, 3).await;
        change_keys(
            services,
            data_key::Column::Wrapped,
            vec![7_u8; 48],
            Some(scope.tenant()),
        )
        .await;
        // Another process doesn't have the key in memory.
        let second = world.second_process().await;
        let scope = TenantScope::new(&second, scope.tenant());
        assert_eq!(begin(&scope).await, Begun::New);
        assert_eq!(finish(&scope).await, (0, 3));
        assert_eq!(shown(&scope).await.unreadable.len(), 3);
    })
    .await;
}

/// Security 42: all records of a key that has encrypted enough are re-encrypted.
#[tokio::test]
async fn s42_a_worn_key_is_rotated_by_the_worker() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let scope = tenant(services).await;
        let owners = kept(services, &scope, 4).await;
        change_keys(
            services,
            data_key::Column::Encryptions,
            ENCRYPTIONS_PER_KEY,
            Some(scope.tenant()),
        )
        .await;
        keep(services.vault(), &scope, REFRESH, owners[0], "new")
            .await
            .unwrap();
        assert_eq!(shown(&scope).await.progress(), (1, 4));
        while rotate::continue_all(services).await.unwrap() {}
        let done = shown(&scope).await;
        // With the key of the audit, where the end is recorded.
        assert_eq!(done.progress(), (5, 5));
        assert!(done.keys[1].removable() && done.keys[1].retired_at.is_some());
    })
    .await;
}

/// Security 41: an old key is removed, but not while a transaction may still use it.
#[tokio::test]
async fn s41_an_old_key_is_removed_a_day_after_it_was_left() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let scope = tenant(services).await;
        let owners = kept(services, &scope, 3).await;
        ruin(services, owners[0]).await;
        begin(&scope).await;
        while rotate::continue_all(services).await.unwrap() {}
        begin(&scope).await;
        while rotate::continue_all(services).await.unwrap() {}
        let left = async || {
            rotate::continue_all(services).await.unwrap();
            shown(&scope).await.keys.len()
        };
        assert_eq!(left().await, 3);
        world.clock.advance(Span::hours(25));
        assert_eq!(left().await, 2, "the one with an unreadable record stays");
        let tx = scope.write().await.unwrap();
        services
            .vault()
            .forget(&tx, owners[0], &[REFRESH])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(left().await, 1);
        let secret = read(services.vault(), &scope, REFRESH, owners[1]).await;
        assert_eq!(secret.unwrap().as_deref(), Some("old"));
    })
    .await;
}
