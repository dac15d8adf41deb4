//! The vault on a database: what was moved, changed or planted never opens.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{MasterKeys, Purpose, Vault, VaultError, data_keys::ENCRYPTIONS_PER_KEY};
use crate::{
    entity::{credential, data_key, tenant},
    error::Fault,
    random::SystemRandom,
    services::Services,
    tenant_scope::TenantScope,
    testing,
};
use domain::ids::TenantId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

const REFRESH: Purpose = Purpose::ConnectionRefreshToken;
const ACCESS: Purpose = Purpose::ConnectionAccessToken;

fn keys() -> SecretString {
    MasterKeys::generate(&SystemRandom)
}

fn vault(keys: &SecretString) -> Vault {
    Vault::new(MasterKeys::parse(keys).unwrap())
}

async fn tenant(services: &Services) -> TenantScope {
    let id = services.new_id();
    let tx = services.db.begin_write().await.unwrap();
    let row = tenant::ActiveModel {
        id: Set(id),
        slug: Set(format!("t{}", id.simple())),
        name: Set("Harbour".into()),
        created_at: Set(0),
    };
    tenant::Entity::insert(row)
        .exec_without_returning(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    TenantScope::new(services, TenantId(id))
}

async fn keep(
    vault: &Vault,
    scope: &TenantScope,
    purpose: Purpose,
    owner: Uuid,
    secret: &str,
) -> Result<(), Fault> {
    let tx = scope.write().await?;
    vault
        .seal(
            scope.services(),
            &tx,
            purpose,
            owner,
            &SecretString::from(secret),
        )
        .await?;
    tx.commit().await
}

async fn read(
    vault: &Vault,
    scope: &TenantScope,
    purpose: Purpose,
    owner: Uuid,
) -> Result<Option<String>, Fault> {
    let tx = scope.read().await?;
    let secret = vault.open(&tx, purpose, owner).await?;
    Ok(secret.map(|s| s.expose_secret().to_owned()))
}

async fn row(services: &Services, purpose: Purpose, owner: Uuid) -> credential::Model {
    credential::Entity::find_by_id((owner, purpose.code().to_owned()))
        .one(services.db.read())
        .await
        .unwrap()
        .unwrap()
}

/// Puts a row in place of the one with its owner and purpose.
async fn plant(services: &Services, row: credential::Model) {
    let tx = services.db.begin_write().await.unwrap();
    credential::Entity::delete_by_id((row.owner_id, row.purpose.clone()))
        .exec(&tx)
        .await
        .unwrap();
    credential::Entity::insert(row.into_active_model())
        .exec_without_returning(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn change_keys(
    services: &Services,
    column: data_key::Column,
    value: impl Into<sea_orm::Value>,
    of: Option<TenantId>,
) {
    let tx = services.db.begin_write().await.unwrap();
    let mut update = data_key::Entity::update_many().col_expr(column, Expr::value(value));
    if let Some(tenant) = of {
        update = update.filter(data_key::Column::TenantId.eq(tenant.0));
    }
    update.exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn keys_of(services: &Services, tenant: TenantId) -> Vec<data_key::Model> {
    data_key::Entity::find()
        .filter(data_key::Column::TenantId.eq(tenant.0))
        .all(services.db.read())
        .await
        .unwrap()
}

async fn forget_all_keys(services: &Services) {
    let tx = services.db.begin_write().await.unwrap();
    data_key::Entity::delete_many().exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

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
                .count(services.db.read())
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
async fn a_moved_ciphertext_does_not_open() {
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
                    tenant_id: theirs.tenant().0,
                    ..original.clone()
                },
                &theirs,
                REFRESH,
                one,
            ),
            (
                "to another tenant and key",
                credential::Model {
                    tenant_id: theirs.tenant().0,
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
            assert!(matches!(found, Err(Fault::Vault(_))), "{what}: {found:?}");
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
async fn a_changed_ciphertext_does_not_open() {
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
            let Err(Fault::Vault(error @ VaultError::Unreadable { .. })) =
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
            matches!(refused, Err(Fault::Inconsistent { .. })),
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

/// Security 42: encryptions are counted, and a key ends long before 2^32.
#[tokio::test]
async fn encryptions_are_counted_and_a_worn_key_is_followed_by_a_new_one() {
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
async fn many_at_once_make_one_key() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (vault, scope) = (vault(&keys()), tenant(services).await);
        let work = (0..12).map(|_| keep(&vault, &scope, REFRESH, services.new_id(), "secret"));
        for done in futures::future::join_all(work).await {
            done.unwrap();
        }
        let made = keys_of(services, scope.tenant()).await;
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].encryptions, 12);
    })
    .await;
}

/// Security 40: a wrong or missing master key means no start.
#[tokio::test]
async fn only_the_right_master_keys_pass_the_check() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        forget_all_keys(services).await;
        let (old, scope, owner) = (keys(), tenant(services).await, services.new_id());
        vault(&old).check(services).await.unwrap();
        vault(&old).check(services).await.unwrap();
        assert_eq!(
            data_key::Entity::find()
                .count(services.db.read())
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
            matches!(missing, VaultError::UnknownKey { .. }),
            "{missing:?}"
        );
        let id = old.expose_secret().split_once(':').unwrap().0;
        assert!(
            missing.to_string().contains(id) && missing.to_string().contains("MOORING_MASTER_KEYS")
        );
        let other_key = new.expose_secret().split_once(':').unwrap().1;
        let wrong = vault(&SecretString::from(format!("{id}:{other_key}")));
        let refused = wrong.check(services).await.unwrap_err();
        assert!(matches!(refused, VaultError::BadKey { .. }), "{refused:?}");
        assert!(refused.to_string().contains("mooring keys generate"));
        assert!(!refused.to_string().contains(other_key));
        assert!(matches!(
            read(&wrong, &scope, REFRESH, owner).await,
            Err(Fault::Vault(VaultError::BadKey { .. }))
        ));

        // A new key in front of the old one: old secrets open, new keys are wrapped by it.
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
            Err(VaultError::BadKey { .. })
        ));
        change_keys(services, data_key::Column::Wrapped, vec![7_u8; 32], None).await;
        assert!(
            matches!(
                vault(&text).check(services).await,
                Err(VaultError::BadKey { .. })
            ),
            "planted key"
        );
        change_keys(services, data_key::Column::Wrapped, original.wrapped, None).await;
        vault(&text).check(services).await.unwrap();
        // Given to another tenant, also while a running process has it in memory.
        change_keys(
            services,
            data_key::Column::TenantId,
            theirs.tenant().0,
            Some(ours.tenant()),
        )
        .await;
        let planted = keep(&warm, &theirs, REFRESH, services.new_id(), "x").await;
        assert!(
            matches!(planted, Err(Fault::Vault(VaultError::BadKey { .. }))),
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
