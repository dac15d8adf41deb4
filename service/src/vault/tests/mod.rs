//! The vault on a database: moved, changed or planted rows never open.

mod credentials;
mod data_keys;
mod reencrypt;

use super::{Vault, data_keys::ENCRYPTIONS_PER_KEY};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    encryption::{MasterKeys, Purpose, VaultError},
    entity::{credential, data_key, tenant},
    host::random::SystemRandom,
    tenancy::TenantScope,
    testing,
};
use domain::{ids::TenantId, time::Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    TransactionTrait, sea_query::Expr,
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
        slug: Set(format!("t{}", id.0.simple()).parse().unwrap()),
        name: Set("Harbour".into()),
        created_at: Set(Timestamp(0)),
        ..Default::default()
    };
    tenant::Entity::insert(row)
        .exec_without_returning(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    TenantScope::new(services, id)
}

async fn keep(
    vault: &Vault,
    scope: &TenantScope,
    purpose: Purpose,
    owner: Uuid,
    secret: &str,
) -> Result<(), InternalError> {
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
) -> Result<Option<String>, InternalError> {
    let tx = scope.read().await?;
    let secret = vault.open(&tx, purpose, owner).await?;
    Ok(secret.map(|s| s.expose_secret().to_owned()))
}

async fn row(services: &Services, purpose: Purpose, owner: Uuid) -> credential::Model {
    credential::Entity::find_by_id((owner, purpose.code().to_owned()))
        .row(services.db.owner())
        .await
        .unwrap()
        .unwrap()
}

/// Replaces the row with the same owner and purpose.
async fn plant(services: &Services, row: credential::Model) {
    let tx = services.db.owner().begin().await.unwrap();
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
        update = update.filter(data_key::Column::TenantId.eq(tenant));
    }
    update.exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn keys_of(services: &Services, tenant: TenantId) -> Vec<data_key::Model> {
    data_key::Entity::find()
        .filter(data_key::Column::TenantId.eq(tenant))
        .rows(services.db.owner())
        .await
        .unwrap()
}

async fn forget_all_keys(services: &Services) {
    let tx = services.db.begin_write().await.unwrap();
    data_key::Entity::delete_many().exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
