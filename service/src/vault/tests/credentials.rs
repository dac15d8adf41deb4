//! Moved, changed or planted credentials never open.

use super::*;

#[tokio::test]
async fn secrets_are_kept_replaced_and_forgotten() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, scope, owner) = (vault(&keys()), tenant(services).await, services.new_id());
        assert_eq!(read(&vault, &scope, REFRESH, owner).await.unwrap(), None);
        keep(&vault, &scope, REFRESH, owner, "first").await.unwrap();
        keep(&vault, &scope, ACCESS, owner, "access ✓")
            .await
            .unwrap();
        assert_eq!(
            read(&vault, &scope, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("first")
        );
        keep(&vault, &scope, REFRESH, owner, "second")
            .await
            .unwrap();
        assert_eq!(
            read(&vault, &scope, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("second")
        );
        assert_eq!(
            read(&vault, &scope, ACCESS, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("access ✓")
        );
        assert_eq!(
            credential::Entity::find()
                .count(services.db.owner())
                .await
                .unwrap(),
            2
        );
        let tx = scope.write().await.unwrap();
        vault.forget(&tx, owner, &[REFRESH]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(read(&vault, &scope, REFRESH, owner).await.unwrap(), None);
        assert!(read(&vault, &scope, ACCESS, owner).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_rolled_back_was_never_kept() {
    testing::on_each_database(async |world| {
        let (vault, scope) = (vault(&keys()), tenant(&world.services).await);
        let owner = world.services.new_id();
        let tx = scope.write().await.unwrap();
        vault
            .seal(
                &world.services,
                &tx,
                REFRESH,
                owner,
                &SecretString::from("lost"),
            )
            .await
            .unwrap();
        vault
            .seal(
                &world.services,
                &tx,
                ACCESS,
                owner,
                &SecretString::from("lost"),
            )
            .await
            .unwrap();
        drop(tx);
        assert_eq!(read(&vault, &scope, REFRESH, owner).await.unwrap(), None);
        keep(&vault, &scope, REFRESH, owner, "kept").await.unwrap();
        assert_eq!(
            read(&vault, &scope, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("kept")
        );
    })
    .await;
}

/// Security 38: ciphertext moved between rows, columns, tenants, key ids.
#[tokio::test]
async fn s38_a_moved_ciphertext_does_not_open() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, ours, theirs) = (
            vault(&keys()),
            tenant(services).await,
            tenant(services).await,
        );
        let (one, two, other) = (services.new_id(), services.new_id(), services.new_id());
        keep(&vault, &ours, REFRESH, one, "one").await.unwrap();
        keep(&vault, &ours, REFRESH, two, "two").await.unwrap();
        keep(&vault, &theirs, REFRESH, other, "other")
            .await
            .unwrap();
        // A second key of the tenant, to move a row to.
        change_keys(
            services,
            data_key::Column::Encryptions,
            ENCRYPTIONS_PER_KEY,
            Some(ours.tenant()),
        )
        .await;
        let late = services.new_id();
        keep(&vault, &ours, REFRESH, late, "late").await.unwrap();
        let (original, foreign, second) = (
            row(services, REFRESH, one).await,
            row(services, REFRESH, other).await,
            row(services, REFRESH, late).await,
        );
        assert_ne!(original.data_key_id, second.data_key_id);
        let moves = [
            (
                "to another row",
                credential::Model {
                    owner_id: two,
                    ..original.clone()
                },
                &ours,
                REFRESH,
                two,
            ),
            (
                "to another purpose",
                credential::Model {
                    purpose: ACCESS.code().into(),
                    ..original.clone()
                },
                &ours,
                ACCESS,
                one,
            ),
            (
                "to another key",
                credential::Model {
                    data_key_id: second.data_key_id,
                    ..original.clone()
                },
                &ours,
                REFRESH,
                one,
            ),
            (
                "to another tenant's key",
                credential::Model {
                    data_key_id: foreign.data_key_id,
                    ..original.clone()
                },
                &ours,
                REFRESH,
                one,
            ),
            (
                "to another tenant",
                credential::Model {
                    tenant_id: theirs.tenant(),
                    ..original.clone()
                },
                &theirs,
                REFRESH,
                one,
            ),
            (
                "to another tenant and key",
                credential::Model {
                    tenant_id: theirs.tenant(),
                    data_key_id: foreign.data_key_id,
                    ..original.clone()
                },
                &theirs,
                REFRESH,
                one,
            ),
            (
                "to another format",
                credential::Model {
                    format: 2,
                    ..original.clone()
                },
                &ours,
                REFRESH,
                one,
            ),
        ];
        for (what, moved, scope, purpose, owner) in moves {
            plant(services, moved).await;
            let found = read(&vault, scope, purpose, owner).await;
            assert!(
                matches!(found, Err(InternalError::Vault(_))),
                "{what}: {found:?}"
            );
            plant(services, original.clone()).await;
        }
        assert_eq!(
            read(&vault, &ours, REFRESH, one).await.unwrap().as_deref(),
            Some("one")
        );
        assert_eq!(
            read(&vault, &theirs, REFRESH, one).await.unwrap(),
            None,
            "another tenant sees nothing"
        );
    })
    .await;
}

/// Security 39: cut, flipped, emptied, plaintext planted.
#[tokio::test]
async fn s39_a_changed_ciphertext_does_not_open() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, scope, owner) = (vault(&keys()), tenant(services).await, services.new_id());
        keep(&vault, &scope, REFRESH, owner, "canary-secret")
            .await
            .unwrap();
        let original = row(services, REFRESH, owner).await;
        assert!(!format!("{original:?}").contains("canary"));
        let mut flipped = original.clone();
        flipped.ciphertext[0] ^= 1;
        let mut cut = original.clone();
        cut.ciphertext.pop();
        for (what, changed) in [
            ("flipped", flipped),
            ("cut", cut),
            (
                "emptied",
                credential::Model {
                    ciphertext: Vec::new(),
                    ..original.clone()
                },
            ),
            (
                "without nonce",
                credential::Model {
                    nonce: Vec::new(),
                    ..original.clone()
                },
            ),
            (
                "planted",
                credential::Model {
                    ciphertext: b"canary-secret".to_vec(),
                    ..original.clone()
                },
            ),
        ] {
            plant(services, changed).await;
            let Err(InternalError::Vault(error @ VaultError::Unreadable { .. })) =
                read(&vault, &scope, REFRESH, owner).await
            else {
                panic!("{what}")
            };
            assert!(
                error.to_string().contains(&owner.to_string())
                    && !error.to_string().contains("canary")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn another_tenants_row_is_not_overwritten() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, ours, theirs) = (
            vault(&keys()),
            tenant(services).await,
            tenant(services).await,
        );
        let owner = services.new_id();
        keep(&vault, &ours, REFRESH, owner, "ours").await.unwrap();
        let refused = keep(&vault, &theirs, REFRESH, owner, "theirs").await;
        assert!(
            matches!(refused, Err(InternalError::Inconsistent { .. })),
            "{refused:?}"
        );
        let tx = theirs.write().await.unwrap();
        vault.forget(&tx, owner, &Purpose::ALL).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            read(&vault, &ours, REFRESH, owner)
                .await
                .unwrap()
                .as_deref(),
            Some("ours")
        );
    })
    .await;
}
