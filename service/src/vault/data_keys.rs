//! Data keys: one per tenant and one for the installation, wrapped by a master key.

use super::{
    Vault, VaultError,
    seal::{FORMAT, Key, context},
};
use crate::{entity::data_key, error::Fault, services::Services};
use domain::ids::{DataKeyId, TenantId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LockBehavior, LockType, Query},
};
use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard},
};

/// Encryptions after which a data key is followed by a new one. Random 96-bit
/// nonces are safe for 2^32 under one key (NIST SP 800-38D 8.3); half of that
/// leaves room for many transactions at once.
pub(super) const ENCRYPTIONS_PER_KEY: i64 = 1 << 31;

/// A data key ready for use.
pub(super) struct DataKey {
    pub id: DataKeyId,
    pub key: Arc<Key>,
}

impl Vault {
    /// Makes sure, at start, that every data key opens with the master keys of
    /// the settings. On the first start, makes the installation's own key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] or [`VaultError::BadKey`] name the first data
    /// key that doesn't open, and the remedy; or the database failed.
    pub async fn check(&self, services: &Services) -> Result<(), VaultError> {
        let tx = services.db.begin_write().await?;
        lock_all(services, &tx).await?;
        // Read straight from the table, since the keys of all tenants are wanted.
        for row in data_key::Entity::find().all(&tx).await? {
            self.unwrap(&row)?;
        }
        if active(None).one(&tx).await?.is_none() {
            self.create(services, &tx, None).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The key that encrypts for a tenant now; made if there is none, or if
    /// the last one has encrypted enough.
    pub(super) async fn encrypting_key(
        &self,
        services: &Services,
        tx: &DatabaseTransaction,
        tenant: TenantId,
    ) -> Result<DataKey, Fault> {
        if let Some(row) = active(Some(tenant)).one(tx).await? {
            return Ok(self.unwrap(&row)?);
        }
        lock_tenant(tx, tenant).await?;
        match active(Some(tenant)).one(tx).await? {
            Some(row) => Ok(self.unwrap(&row)?),
            None => Ok(self.create(services, tx, Some(tenant)).await?),
        }
    }

    /// A tenant's key by its id.
    pub(super) async fn decrypting_key(
        &self,
        tx: &DatabaseTransaction,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Arc<Key>, VaultError> {
        if let Some(key) = self.cached(Some(tenant), id) {
            return Ok(key);
        }
        let row = data_key::Entity::find_by_id(id.0)
            .filter(data_key::Column::TenantId.eq(tenant.0))
            .one(tx)
            .await?
            .ok_or(VaultError::NoKey { data_key: id })?;
        Ok(self.unwrap(&row)?.key)
    }

    /// Counts encryptions, within the transaction that keeps their results.
    ///
    /// All of a tenant's writers meet at this row. So that they neither queue
    /// nor deadlock there on PostgreSQL, who finds it locked leaves the count
    /// to the next one. What a crash or rollback loses of it is far less than
    /// the room above [`ENCRYPTIONS_PER_KEY`].
    pub(super) async fn count(
        &self,
        tx: &DatabaseTransaction,
        id: DataKeyId,
        encryptions: i64,
    ) -> Result<(), Fault> {
        let encryptions = encryptions + self.uncounted().remove(&id).unwrap_or_default();
        let free = Query::select()
            .column(data_key::Column::Id)
            .from(data_key::Entity)
            .and_where(data_key::Column::Id.eq(id.0))
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
            .to_owned();
        let counted = data_key::Entity::update_many()
            .col_expr(
                data_key::Column::Encryptions,
                Expr::col(data_key::Column::Encryptions).add(encryptions),
            )
            .filter(data_key::Column::Id.in_subquery(free))
            .exec(tx)
            .await?;
        if counted.rows_affected == 0 {
            *self.uncounted().entry(id).or_default() += encryptions;
        }
        Ok(())
    }

    fn uncounted(&self) -> MutexGuard<'_, HashMap<DataKeyId, i64>> {
        self.0
            .uncounted
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(super) async fn create(
        &self,
        services: &Services,
        tx: &DatabaseTransaction,
        tenant: Option<TenantId>,
    ) -> Result<DataKey, VaultError> {
        let id = DataKeyId(services.new_id());
        let key = Key::generate(&*services.random);
        let wrapped = self.wrap(services, tenant, id, &key)?;
        let row = data_key::ActiveModel {
            tenant_id: Set(tenant.map(|t| t.0)),
            encryptions: Set(0),
            created_at: Set(services.now().0),
            retired_at: Set(None),
            ..wrapped
        };
        data_key::Entity::insert(row)
            .exec_without_returning(tx)
            .await?;
        // Not into the memory yet: the transaction may still fail.
        Ok(DataKey {
            id,
            key: Arc::new(key),
        })
    }

    /// The row's columns that hold the key, wrapped by the first master key.
    pub(super) fn wrapped_by_first(
        &self,
        services: &Services,
        row: &data_key::Model,
    ) -> Result<data_key::ActiveModel, VaultError> {
        let DataKey { id, key } = self.unwrap(row)?;
        self.wrap(services, row.tenant_id.map(TenantId), id, &key)
    }

    fn wrap(
        &self,
        services: &Services,
        tenant: Option<TenantId>,
        id: DataKeyId,
        key: &Key,
    ) -> Result<data_key::ActiveModel, VaultError> {
        let master = self.0.masters.first().ok_or(VaultError::NotSealed)?;
        let context = wrapping_context(tenant, id, &master.id);
        let sealed = master
            .key
            .seal(&*services.random, &context, key.bytes())
            .map_err(|_| VaultError::NotSealed)?;
        Ok(data_key::ActiveModel {
            id: Set(id.0),
            master_key_id: Set(master.id.clone()),
            nonce: Set(sealed.nonce.to_vec()),
            wrapped: Set(sealed.ciphertext),
            ..Default::default()
        })
    }

    pub(super) fn unwrap(&self, row: &data_key::Model) -> Result<DataKey, VaultError> {
        let (tenant, id) = (row.tenant_id.map(TenantId), DataKeyId(row.id));
        if let Some(key) = self.cached(tenant, id) {
            return Ok(DataKey { id, key });
        }
        let master_key = &row.master_key_id;
        let master = self
            .0
            .masters
            .get(master_key)
            .ok_or_else(|| VaultError::UnknownKey {
                data_key: id,
                master_key: master_key.clone(),
            })?;
        let key = master
            .open(
                &wrapping_context(tenant, id, master_key),
                &row.nonce,
                &row.wrapped,
            )
            .ok()
            .and_then(|bytes| Key::from_bytes(&bytes))
            .ok_or_else(|| VaultError::BadKey {
                data_key: id,
                master_key: master_key.clone(),
            })?;
        let key = Arc::new(key);
        self.0
            .unwrapped
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .insert((tenant, id), Arc::clone(&key));
        Ok(DataKey { id, key })
    }

    pub(super) fn cached(&self, tenant: Option<TenantId>, id: DataKeyId) -> Option<Arc<Key>> {
        self.0
            .unwrapped
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get(&(tenant, id))
            .cloned()
    }
}

/// Lets one process at a time look after all data keys: two on their first
/// start must not make two installation keys. On SQLite there is one writer anyway.
pub(super) async fn lock_all(
    services: &Services,
    tx: &DatabaseTransaction,
) -> Result<(), VaultError> {
    if !services.db.is_sqlite() {
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7163983)")
            .await?;
    }
    Ok(())
}

/// Lets one transaction at a time make a data key for the tenant. The lock is
/// the weaker one that lets foreign keys refer to the tenant: with `FOR
/// UPDATE`, two that have both inserted rows of the tenant would deadlock.
pub(super) async fn lock_tenant(tx: &DatabaseTransaction, tenant: TenantId) -> Result<(), Fault> {
    crate::entity::tenant::Entity::find_by_id(tenant.0)
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?
        .ok_or_else(|| Fault::inconsistent("tenants", "id", tenant))?;
    Ok(())
}

/// The newest key that may still encrypt.
pub(super) fn active(tenant: Option<TenantId>) -> Select<data_key::Entity> {
    let all = data_key::Entity::find();
    match tenant {
        Some(tenant) => all.filter(data_key::Column::TenantId.eq(tenant.0)),
        None => all.filter(data_key::Column::TenantId.is_null()),
    }
    .filter(data_key::Column::RetiredAt.is_null())
    .filter(data_key::Column::Encryptions.lt(ENCRYPTIONS_PER_KEY))
    .order_by_desc(data_key::Column::Id)
}

/// What a wrapped data key is bound to: its owner, its own id, the master key.
fn wrapping_context(tenant: Option<TenantId>, id: DataKeyId, master_key: &str) -> Vec<u8> {
    let owner = match &tenant {
        Some(tenant) => tenant.0.as_bytes().as_slice(),
        None => b"installation",
    };
    context(&[
        b"mooring.data_key",
        owner,
        id.0.as_bytes(),
        master_key.as_bytes(),
        &FORMAT.to_be_bytes(),
    ])
}
