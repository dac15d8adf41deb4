//! Data keys: one per tenant and one for the installation, wrapped by a master key.

use super::Vault;
use crate::{
    core::{database::Transaction, error::InternalError, rows::Rows, services::Services},
    encryption::{
        VaultError,
        key_service::{KeyOwner, KeyService, KeyServiceError, Wrapped},
        seal::Key,
    },
    entity::data_key,
};
use domain::ids::{DataKeyId, TenantId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{Expr, LockBehavior, LockType, Query},
};
use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard},
};

/// The number of encryptions after which a data key is replaced. Random 96-bit
/// nonces are safe for 2^32 under one key (NIST SP 800-38D 8.3); half of that
/// leaves room for many concurrent transactions.
pub(crate) const ENCRYPTIONS_PER_KEY: i64 = 1 << 31;

/// A data key ready for use.
pub(crate) struct DataKey {
    pub id: DataKeyId,
    pub key: Arc<Key>,
}

/// A data key that is not in the database yet.
pub(crate) struct Fresh {
    owner: KeyOwner,
    key: Key,
    wrapped: Wrapped,
}

impl Fresh {
    /// Inserts it.
    pub async fn insert(
        self,
        services: &Services,
        tx: &Transaction,
    ) -> Result<DataKey, VaultError> {
        let id = self.owner.data_key;
        let row = data_key::ActiveModel {
            id: Set(id),
            tenant_id: Set(self.owner.tenant),
            master_key_id: Set(self.wrapped.key_id),
            nonce: Set(self.wrapped.nonce),
            wrapped: Set(self.wrapped.ciphertext),
            encryptions: Set(0),
            created_at: Set(services.now()),
            retired_at: Set(None),
        };
        data_key::Entity::insert(row)
            .exec_without_returning(tx)
            .await?;
        // Not put into memory yet: the transaction may still fail.
        Ok(DataKey {
            id,
            key: Arc::new(self.key),
        })
    }
}

impl Vault {
    /// Checks at start that every data key opens with the master keys of the
    /// settings. Of the keys that a key service wraps, only the installation's
    /// own is opened: the others are asked for when they are needed. On the
    /// first start, makes the installation's own key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] or [`VaultError::BadKey`] name the first data
    /// key that doesn't open, and the remedy; [`VaultError::KeyService`] what
    /// is wrong with the service; or the database failed.
    pub async fn check(&self, services: &Services) -> Result<(), InternalError> {
        let first = self.0.keyring.first().map_err(not_wrapped)?;
        first
            .prove(&*services.random)
            .await
            .map_err(|error| VaultError::KeyService {
                data_key: None,
                error,
            })?;
        // Directly from the table, since the keys of all tenants are needed.
        let rows: Vec<data_key::Model> = data_key::Entity::find().rows(services.db.read()).await?;
        for row in rows {
            let service = self.service_of(&row)?;
            if row.tenant_id.is_none() || !service.is_remote() {
                self.unwrap(&row).await?;
            }
        }
        let tx = services.db.begin_write().await?;
        lock_all(services, &tx).await?;
        if active(&tx, None).await?.is_none() {
            self.create(services, &tx, None).await?;
        }
        tx.commit().await?;
        // It stays in memory, so that this process can still use it when a
        // later one wraps it with a master key that this one doesn't have.
        if let Some(row) = active(services.db.read(), None).await? {
            self.unwrap(&row).await?;
        }
        Ok(())
    }

    /// Loads a tenant's data keys into memory before a transaction begins:
    /// waiting for a key service within it would block others.
    pub(crate) async fn prepare(&self, services: &Services, tenant: TenantId) {
        if !self.0.keyring.is_remote() || self.is_prepared(tenant) {
            return;
        }
        let rows = keys_of(Some(tenant))
            .rows::<data_key::Model>(services.db.read())
            .await
            .unwrap_or_default();
        for row in &rows {
            // The code that needs the key gets the error again, and reports it.
            if let Err(error) = self.unwrap(row).await {
                tracing::debug!(%error, tenant.id = %tenant, "a data key could not be prepared");
                return;
            }
        }
        if !rows.is_empty() {
            let prepared = self.0.prepared.write();
            let mut prepared = prepared.unwrap_or_else(|poisoned| poisoned.into_inner());
            prepared.insert(tenant);
        }
    }

    /// The tenant's present key for encryption; made if there is none, or if
    /// the last one has encrypted enough.
    pub(crate) async fn encrypting_key(
        &self,
        services: &Services,
        tx: &Transaction,
        tenant: TenantId,
    ) -> Result<DataKey, InternalError> {
        if let Some(row) = active(tx, Some(tenant)).await? {
            return Ok(self.unwrap(&row).await?);
        }
        lock_tenant(tx, tenant).await?;
        match active(tx, Some(tenant)).await? {
            Some(row) => Ok(self.unwrap(&row).await?),
            None => Ok(self.create(services, tx, Some(tenant)).await?),
        }
    }

    /// A tenant's key by its id.
    pub(crate) async fn decrypting_key(
        &self,
        tx: &Transaction,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Arc<Key>, InternalError> {
        if let Some(key) = self.cached(Some(tenant), id) {
            return Ok(key);
        }
        let row = named(tx, Some(tenant), id).await?;
        let row = row.ok_or(VaultError::NoKey { data_key: id })?;
        Ok(self.unwrap(&row).await?.key)
    }

    /// Counts encryptions, in the transaction that stores their results.
    ///
    /// All of a tenant's writers update this row. To avoid queues and deadlocks
    /// on PostgreSQL, a writer that finds it locked leaves its count to the
    /// next one. A crash or rollback loses far less of the count than the room
    /// above [`ENCRYPTIONS_PER_KEY`].
    pub(crate) async fn count(
        &self,
        tx: &Transaction,
        id: DataKeyId,
        encryptions: i64,
    ) -> Result<(), InternalError> {
        let encryptions = encryptions + self.uncounted().remove(&id).unwrap_or_default();
        let free = Query::select()
            .column(data_key::Column::Id)
            .from(data_key::Entity)
            .and_where(data_key::Column::Id.eq(id))
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

    pub(crate) fn uncounted(&self) -> MutexGuard<'_, HashMap<DataKeyId, i64>> {
        self.0
            .uncounted
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) async fn create(
        &self,
        services: &Services,
        tx: &Transaction,
        tenant: Option<TenantId>,
    ) -> Result<DataKey, VaultError> {
        let fresh = self.make(services, tenant).await?;
        fresh.insert(services, tx).await
    }

    /// A new data key, wrapped, but not in the database yet.
    pub(crate) async fn make(
        &self,
        services: &Services,
        tenant: Option<TenantId>,
    ) -> Result<Fresh, VaultError> {
        let data_key = DataKeyId(services.new_id());
        let owner = KeyOwner { tenant, data_key };
        let key = Key::generate(&*services.random);
        let wrapped = self.wrap(services, &owner, &key).await?;
        Ok(Fresh {
            owner,
            key,
            wrapped,
        })
    }

    /// Wraps a data key with the first key service.
    pub(crate) async fn wrap(
        &self,
        services: &Services,
        owner: &KeyOwner,
        key: &Key,
    ) -> Result<Wrapped, VaultError> {
        let first = self.0.keyring.first().map_err(not_wrapped)?;
        let wrapped = first.wrap(&*services.random, owner, key.bytes()).await;
        wrapped.map_err(not_wrapped)
    }

    /// The data key of a row: from memory, or unwrapped by the key service that wrapped it.
    pub(crate) async fn unwrap(&self, row: &data_key::Model) -> Result<DataKey, VaultError> {
        let owner = owner(row);
        let (tenant, id) = (owner.tenant, owner.data_key);
        if let Some(key) = self.cached(tenant, id) {
            return Ok(DataKey { id, key });
        }
        let service = self.service_of(row)?;
        let _turn = if service.is_remote() {
            Some(self.0.keyring.turn(id).await)
        } else {
            None
        };
        if let Some(key) = self.cached(tenant, id) {
            return Ok(DataKey { id, key });
        }
        let wrapped = wrapped(row);
        let key = match service.unwrap(&owner, &wrapped).await {
            Ok(bytes) => Arc::new(Key::new(bytes)),
            Err(KeyServiceError::NotOpened) => {
                return Err(VaultError::BadKey {
                    data_key: id,
                    master_key: wrapped.key_id,
                });
            }
            Err(error) => {
                return Err(VaultError::KeyService {
                    data_key: Some(id),
                    error,
                });
            }
        };
        self.0
            .unwrapped
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .insert((tenant, id), Arc::clone(&key));
        Ok(DataKey { id, key })
    }

    /// The key service that wrapped the key of a row.
    pub(crate) fn service_of(&self, row: &data_key::Model) -> Result<&dyn KeyService, VaultError> {
        let unknown = || VaultError::UnknownKey {
            data_key: row.id,
            master_key: row.master_key_id.clone(),
        };
        self.0.keyring.with(&row.master_key_id).ok_or_else(unknown)
    }

    /// Marks that a data key isn't in memory yet, so that the next transaction
    /// loads the keys again.
    pub(crate) fn prepare_again(&self, tenant: TenantId) {
        let prepared = self.0.prepared.write();
        let mut prepared = prepared.unwrap_or_else(|poisoned| poisoned.into_inner());
        prepared.remove(&tenant);
    }

    fn is_prepared(&self, tenant: TenantId) -> bool {
        let prepared = self.0.prepared.read();
        let prepared = prepared.unwrap_or_else(|poisoned| poisoned.into_inner());
        prepared.contains(&tenant)
    }

    pub(crate) fn cached(&self, tenant: Option<TenantId>, id: DataKeyId) -> Option<Arc<Key>> {
        self.0
            .unwrapped
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .get(&(tenant, id))
            .cloned()
    }
}

/// Locks all data keys for one process at a time: two on their first start must
/// not make two installation keys. On SQLite there is one writer anyway.
pub(crate) async fn lock_all(services: &Services, tx: &Transaction) -> Result<(), VaultError> {
    if !services.db.is_sqlite() {
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7163983)")
            .await?;
    }
    Ok(())
}

/// A lock so that only one transaction at a time makes a data key for the
/// tenant. It is the weaker one that lets foreign keys refer to the tenant:
/// with `FOR UPDATE`, two transactions that have both inserted rows of the
/// tenant would deadlock.
pub(crate) async fn lock_tenant(tx: &Transaction, tenant: TenantId) -> Result<(), InternalError> {
    let locked = crate::entity::tenant::Entity::find_by_id(tenant)
        .lock(LockType::NoKeyUpdate)
        .any(tx)
        .await?;
    if locked {
        Ok(())
    } else {
        Err(InternalError::inconsistent("tenants", "id", tenant))
    }
}

/// The keys of a tenant, or for `None` those of the installation: the newest first.
pub(crate) fn keys_of(tenant: Option<TenantId>) -> Select<data_key::Entity> {
    let all = data_key::Entity::find().order_by_desc(data_key::Column::Id);
    match tenant {
        Some(tenant) => all.filter(data_key::Column::TenantId.eq(tenant)),
        None => all.filter(data_key::Column::TenantId.is_null()),
    }
}

/// The newest key that may still encrypt.
pub(crate) async fn active(
    db: &impl ConnectionTrait,
    tenant: Option<TenantId>,
) -> Result<Option<data_key::Model>, InternalError> {
    keys_of(tenant)
        .filter(data_key::Column::RetiredAt.is_null())
        .filter(data_key::Column::Encryptions.lt(ENCRYPTIONS_PER_KEY))
        .row(db)
        .await
}

/// The key that a row or a cookie names, if it belongs to the owner.
pub(crate) async fn named(
    db: &impl ConnectionTrait,
    tenant: Option<TenantId>,
    id: DataKeyId,
) -> Result<Option<data_key::Model>, InternalError> {
    let by_id = keys_of(tenant).filter(data_key::Column::Id.eq(id));
    by_id.row(db).await
}

/// The owner of the key in a row.
pub(crate) fn owner(row: &data_key::Model) -> KeyOwner {
    KeyOwner {
        tenant: row.tenant_id,
        data_key: row.id,
    }
}

/// The wrapped key in a row.
pub(crate) fn wrapped(row: &data_key::Model) -> Wrapped {
    Wrapped {
        key_id: row.master_key_id.clone(),
        nonce: row.nonce.clone(),
        ciphertext: row.wrapped.clone(),
    }
}

/// The error if a data key could not be wrapped.
fn not_wrapped(error: KeyServiceError) -> VaultError {
    match error {
        KeyServiceError::NotOpened => VaultError::NotSealed,
        error => VaultError::KeyService {
            data_key: None,
            error,
        },
    }
}
