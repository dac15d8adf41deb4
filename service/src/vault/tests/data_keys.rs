//! Data keys are made once, counted, wrapped again, and open only with the
//! right master key.

use super::*;

/// Security 42: encryptions are counted, and a key is replaced long before 2^32.
#[tokio::test]
async fn s42_encryptions_are_counted_and_a_worn_key_is_followed_by_a_new_one() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, scope, owner) = (vault(&keys()), tenant(services).await, services.new_id());
        for secret in ["a", "b", "c"] {
            keep(&vault, &scope, REFRESH, owner, secret).await.unwrap();
        }
        let made = keys_of(services, scope.tenant()).await;
        assert_eq!(made.iter().map(|k| k.encryptions).collect::<Vec<_>>(), [3]);
        change_keys(
            services,
            data_key::Column::Encryptions,
            ENCRYPTIONS_PER_KEY,
            Some(scope.tenant()),
        )
        .await;
        let late = services.new_id();
        keep(&vault, &scope, REFRESH, late, "late").await.unwrap();
        assert_eq!(keys_of(services, scope.tenant()).await.len(), 2);
        assert_ne!(row(services, REFRESH, late).await.data_key_id, made[0].id);
        assert_eq!(
            read(&vault, &scope, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("c")
        );
    })
    .await;
}

#[tokio::test]
async fn many_at_once_make_one_key_and_are_all_counted() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, scope) = (vault(&keys()), tenant(services).await);
        let work = (0..12).map(|_| keep(&vault, &scope, REFRESH, services.new_id(), "secret"));
        for done in futures::future::join_all(work).await {
            done.unwrap();
        }
        let made = keys_of(services, scope.tenant()).await;
        assert_eq!(made.len(), 1);
        // A writer that found the row locked left its count to the next one.
        keep(&vault, &scope, REFRESH, services.new_id(), "secret")
            .await
            .unwrap();
        assert_eq!(keys_of(services, scope.tenant()).await[0].encryptions, 13);
    })
    .await;
}

/// Two transactions that update the data key and another row, in opposite
/// order, would deadlock if the count waited for the lock.
#[tokio::test]
async fn a_counted_key_holds_nobody_up() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        if services.db.is_sqlite() {
            return; // SQLite has one connection for writing.
        }
        let (vault, scope) = (vault(&keys()), tenant(services).await);
        keep(&vault, &scope, REFRESH, services.new_id(), "first")
            .await
            .unwrap();
        let open = scope.write().await.unwrap();
        vault
            .seal(
                services,
                &open,
                REFRESH,
                services.new_id(),
                &SecretString::from("second"),
            )
            .await
            .unwrap();
        let meanwhile = keep(&vault, &scope, REFRESH, services.new_id(), "third");
        tokio::time::timeout(std::time::Duration::from_secs(20), meanwhile)
            .await
            .expect("it doesn't wait for the other transaction")
            .unwrap();
        open.commit().await.unwrap();
        keep(&vault, &scope, REFRESH, services.new_id(), "fourth")
            .await
            .unwrap();
        assert_eq!(keys_of(services, scope.tenant()).await[0].encryptions, 4);
    })
    .await;
}

/// Security 40: with a wrong or missing master key the process does not start.
#[tokio::test]
async fn s40_only_the_right_master_keys_pass_the_check() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        forget_all_keys(services).await;
        let (old, scope, owner) = (keys(), tenant(services).await, services.new_id());
        vault(&old).check(services).await.unwrap();
        vault(&old).check(services).await.unwrap();
        assert_eq!(
            data_key::Entity::find()
                .count(services.db.owner())
                .await
                .unwrap(),
            1,
            "one installation key"
        );
        keep(&vault(&old), &scope, REFRESH, owner, "secret")
            .await
            .unwrap();

        let new = keys();
        let missing = vault(&new).check(services).await.unwrap_err();
        assert!(
            matches!(missing, InternalError::Vault(VaultError::UnknownKey { .. })),
            "{missing:?}"
        );
        let id = old.expose_secret().split_once(':').unwrap().0;
        assert!(
            missing.to_string().contains(id) && missing.to_string().contains("MOORING_MASTER_KEYS")
        );
        let other_key = new.expose_secret().split_once(':').unwrap().1;
        let wrong = vault(&SecretString::from(format!("{id}:{other_key}")));
        let refused = wrong.check(services).await.unwrap_err();
        assert!(
            matches!(refused, InternalError::Vault(VaultError::BadKey { .. })),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("mooring keys generate"));
        assert!(!refused.to_string().contains(other_key));
        assert!(matches!(
            read(&wrong, &scope, REFRESH, owner).await,
            Err(InternalError::Vault(VaultError::BadKey { .. }))
        ));

        // A new key before the old one: old secrets open, and the new key wraps
        // new data keys.
        let both = vault(&SecretString::from(format!(
            "{},{}",
            new.expose_secret(),
            old.expose_secret()
        )));
        both.check(services).await.unwrap();
        assert_eq!(
            read(&both, &scope, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("secret")
        );
        let fresh = tenant(services).await;
        keep(&both, &fresh, REFRESH, services.new_id(), "x")
            .await
            .unwrap();
        assert!(
            new.expose_secret()
                .starts_with(&keys_of(services, fresh.tenant()).await[0].master_key_id)
        );
    })
    .await;
}

/// Security 41, for master keys: after wrapping again, the old one can be removed.
#[tokio::test]
async fn s41_data_keys_are_handed_over_to_a_new_master_key() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        forget_all_keys(services).await;
        let (old, new) = (keys(), keys());
        let (scope, owner) = (tenant(services).await, services.new_id());
        vault(&old).check(services).await.unwrap();
        keep(&vault(&old), &scope, REFRESH, owner, "secret")
            .await
            .unwrap();
        let both = format!("{},{}", new.expose_secret(), old.expose_secret());
        let both = vault(&SecretString::from(both));
        let counts = async |vault: &Vault| -> Vec<(bool, bool, u64)> {
            let status = vault.status(services).await.unwrap();
            status
                .iter()
                .map(|k| (k.known, k.encrypts, k.data_keys))
                .collect()
        };
        assert_eq!(counts(&both).await, [(true, true, 0), (true, false, 2)]);
        assert_eq!(
            counts(&vault(&new)).await,
            [(true, true, 0), (false, false, 2)]
        );
        let refused = vault(&new).rewrap(services).await;
        assert!(matches!(
            refused,
            Err(InternalError::Vault(VaultError::UnknownKey { .. }))
        ));
        assert_eq!(both.rewrap(services).await.unwrap(), 2);
        assert_eq!(both.rewrap(services).await.unwrap(), 0, "done is done");
        assert_eq!(counts(&both).await, [(true, true, 2), (true, false, 0)]);
        let alone = vault(&new);
        alone.check(services).await.unwrap();
        assert_eq!(
            read(&alone, &scope, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("secret")
        );
        let row = &keys_of(services, scope.tenant()).await[0];
        assert_eq!(
            (row.encryptions, row.retired_at),
            (1, None),
            "else unchanged"
        );
        assert!(vault(&old).check(services).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_changed_or_moved_data_key_does_not_open() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        forget_all_keys(services).await;
        let (text, ours, theirs) = (keys(), tenant(services).await, tenant(services).await);
        let warm = vault(&text);
        let owner = services.new_id();
        keep(&warm, &ours, REFRESH, owner, "secret").await.unwrap();
        assert!(
            read(&warm, &ours, REFRESH, owner).await.unwrap().is_some(),
            "now in memory"
        );
        let original = keys_of(services, ours.tenant()).await.remove(0);
        let mut flipped = original.wrapped.clone();
        flipped[7] ^= 0x80;
        change_keys(services, data_key::Column::Wrapped, flipped, None).await;
        assert!(matches!(
            vault(&text).check(services).await,
            Err(InternalError::Vault(VaultError::BadKey { .. }))
        ));
        change_keys(services, data_key::Column::Wrapped, vec![7_u8; 32], None).await;
        assert!(
            matches!(
                vault(&text).check(services).await,
                Err(InternalError::Vault(VaultError::BadKey { .. }))
            ),
            "planted key"
        );
        change_keys(services, data_key::Column::Wrapped, original.wrapped, None).await;
        vault(&text).check(services).await.unwrap();
        // Moved to another tenant, also while a running process has it in memory.
        change_keys(
            services,
            data_key::Column::TenantId,
            theirs.tenant().0,
            Some(ours.tenant()),
        )
        .await;
        let planted = keep(&warm, &theirs, REFRESH, services.new_id(), "x").await;
        assert!(
            matches!(
                planted,
                Err(InternalError::Vault(VaultError::BadKey { .. }))
            ),
            "{planted:?}"
        );
    })
    .await;
}

#[test]
fn debug_shows_no_key() {
    let text = keys();
    let (id, key) = text.expose_secret().split_once(':').unwrap();
    let shown = format!("{:?}", vault(&text));
    assert!(shown.contains(id) && !shown.contains(key));
}
