//! A new data key for a tenant, and re-encryption of the tenant's records under it.
//!
//! Only the rows say how far it has come: each row under another key than the
//! current one is still to be done. So it can be stopped at any point, run in
//! several processes at once, and begun again.

use crate::{
    audit::{self, Entry},
    core::{
        error::InternalError,
        rows::Rows,
        statements::{place, powers_of_two, rows_of},
    },
    encryption::{
        Purpose, VaultError,
        seal::{FORMAT, Sealed},
    },
    entity::{credential, data_key},
    tenancy::{TenantScope, Tx, credentials::credential_context},
    vault::{
        Vault,
        data_keys::{DataKey, active, lock_tenant},
    },
};
use domain::{ids::DataKeyId, time::Span};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    Statement, Value,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

/// How long a key stays after it was retired, even if no record is under it:
/// much longer than any transaction that still seals with it.
pub(crate) const KEPT_FOR: Span = Span::days(1);

/// The most records that one statement re-encrypts.
const AT_ONCE: usize = 64;

/// How a rotation began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// With a new data key.
    New,
    /// A rotation was under way, and continues.
    Resumed,
    /// The tenant has no secret yet, and so no key.
    Nothing,
}

/// The result of one step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// How many records were re-encrypted under the current key.
    pub moved: u64,
    /// How many are unreadable and were set aside.
    pub set_aside: u64,
    /// Whether there are more.
    pub more: bool,
}

impl Vault {
    /// Gives the tenant a new data key, unless a rotation is under way. From
    /// then on everything is sealed with the new key. Records that were set
    /// aside are tried again. If there is a new key, the entry is recorded.
    pub(crate) async fn begin_rotation(
        &self,
        scope: &TenantScope,
        entry: Entry,
    ) -> Result<Begun, InternalError> {
        // Before the transaction: a key service may be slow.
        let fresh = self.make(scope.services(), Some(scope.tenant())).await?;
        let tx = scope.write().await?;
        lock_tenant(&tx, tx.tenant()).await?;
        let keys = key_ids(&tx).await?;
        if keys.is_empty() {
            return Ok(Begun::Nothing);
        }
        let current = active(&*tx, Some(tx.tenant())).await?;
        let under_way = match &current {
            Some(current) => {
                let others = without(&keys, current.id);
                waiting(&tx, &others).any(&*tx).await?
            }
            None => false,
        };
        let (begun, current) = match current {
            Some(current) if under_way => (Begun::Resumed, current.id),
            _ => {
                let made = fresh.insert(scope.services(), &tx).await?;
                (Begun::New, made.id)
            }
        };
        retire(scope, &tx, &without(&keys, current)).await?;
        tx.update::<credential::Entity>()
            .filter(credential::Column::SetAsideAt.is_not_null())
            .col_expr(
                credential::Column::SetAsideAt,
                Expr::value(Option::<domain::time::Timestamp>::None),
            )
            .exec(&*tx)
            .await?;
        if begun == Begun::New {
            audit::record(scope.services(), &tx, &entry).await?;
        }
        tx.commit().await?;
        self.prepare_again(scope.tenant());
        Ok(begun)
    }

    /// The current key, if it followed another one and all readable records are under it.
    pub(crate) async fn taken_over(&self, tx: &Tx) -> Result<Option<DataKeyId>, InternalError> {
        let keys = key_ids(tx).await?;
        let Some(current) = active(&**tx, Some(tx.tenant())).await? else {
            return Ok(None);
        };
        let others = without(&keys, current.id);
        if others.is_empty() || waiting(tx, &others).any(&**tx).await? {
            return Ok(None);
        }
        Ok(Some(current.id))
    }

    /// Re-encrypts at most `most` records under the current key. Records that
    /// others are writing are left to a later step; unreadable ones are set
    /// aside.
    pub(crate) async fn rotate_batch(
        &self,
        scope: &TenantScope,
        most: u64,
    ) -> Result<Step, InternalError> {
        let tx = scope.write().await?;
        let keys = key_ids(&tx).await?;
        let mut step = Step::default();
        if keys.len() < 2 {
            return Ok(step);
        }
        let current = self
            .encrypting_key(scope.services(), &tx, tx.tenant())
            .await?;
        let others = without(&keys, current.id);
        retire(scope, &tx, &others).await?;
        // This waits for no lock, so it can't be part of a deadlock.
        let rows: Vec<credential::Model> = waiting(&tx, &others)
            .limit(most)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
            .rows(&*tx)
            .await?;
        let mut resealed = Vec::with_capacity(rows.len());
        for row in rows {
            match self.reseal(scope, &tx, &current, &row).await {
                Ok(sealed) => resealed.push((row, sealed)),
                Err(InternalError::Vault(error)) if error.is_lost() => {
                    tracing::error!(error = %error, tenant.id = %tx.tenant(), "A record can't be brought under the new data key and is set aside");
                    set_aside(scope, &tx, row.owner_id, &row.purpose).await?;
                    step.set_aside += 1;
                }
                // An error of the database or of a key service says nothing
                // about the record.
                Err(error) => return Err(error),
            }
        }
        step.moved = replace(scope, &tx, &current, &resealed).await?;
        if step.moved > 0 {
            self.count(&tx, current.id, step.moved.cast_signed())
                .await?;
        }
        step.more = waiting(&tx, &others).any(&*tx).await?;
        tx.commit().await?;
        Ok(step)
    }

    /// Seals the secret of a row again.
    pub(crate) async fn reseal(
        &self,
        scope: &TenantScope,
        tx: &Tx,
        current: &DataKey,
        row: &credential::Model,
    ) -> Result<Sealed, InternalError> {
        let old = row.data_key_id;
        let context =
            |key, format| credential_context(tx.tenant(), &row.purpose, row.owner_id, key, format);
        let unreadable = || VaultError::UnreadableRecord {
            owner: row.owner_id,
            purpose: row.purpose.clone(),
        };
        let plain = self
            .decrypting_key(tx, tx.tenant(), old)
            .await?
            .open(&context(old, row.format), &row.nonce, &row.ciphertext)
            .map_err(|_| unreadable())?;
        let context = context(current.id, FORMAT);
        let sealed = current.key.seal(&*scope.random, &context, &plain);
        Ok(sealed.map_err(|_| VaultError::NotSealed)?)
    }

    /// Marks a secret as unreadable, so that it is listed.
    pub(crate) async fn set_aside(
        &self,
        scope: &TenantScope,
        owner: Uuid,
        purpose: Purpose,
    ) -> Result<(), InternalError> {
        let tx = scope.write().await?;
        set_aside(scope, &tx, owner, purpose.code()).await?;
        tx.commit().await
    }

    /// Removes the tenant's keys that were retired a day ago and have no records.
    pub(crate) async fn remove_unused(&self, scope: &TenantScope) -> Result<u64, InternalError> {
        let tx = scope.write().await?;
        let used = tx
            .all::<credential::Entity>()
            .select_only()
            .column(credential::Column::DataKeyId)
            .into_query();
        let removed = data_key::Entity::delete_many()
            .filter(data_key::Column::TenantId.eq(tx.tenant()))
            .filter(data_key::Column::RetiredAt.lt(scope.expiry_now().minus(KEPT_FOR)))
            .filter(data_key::Column::Id.not_in_subquery(used))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(removed.rows_affected)
    }
}

/// Writes re-encrypted secrets into their rows, unless the rows were changed
/// since they were read; gives how many were written.
pub(crate) async fn replace(
    scope: &TenantScope,
    tx: &Tx,
    current: &DataKey,
    resealed: &[(credential::Model, Sealed)],
) -> Result<u64, InternalError> {
    let mut moved = 0;
    for some in powers_of_two(resealed, AT_ONCE) {
        let done = tx.execute_raw(replacement(scope, current, some)).await?;
        moved += done.rows_affected();
    }
    Ok(moved)
}

pub(crate) fn replacement(
    scope: &TenantScope,
    current: &DataKey,
    some: &[(credential::Model, Sealed)],
) -> Statement {
    let db = &scope.db;
    let mut values: Vec<Value> = Vec::with_capacity(6 * some.len() + 3);
    for (row, sealed) in some {
        values.push(row.owner_id.into());
        values.push(row.purpose.as_str().into());
        values.push(row.data_key_id.into());
        values.push(row.nonce.clone().into());
        values.push(sealed.nonce.to_vec().into());
        values.push(sealed.ciphertext.clone().into());
    }
    let rows = rows_of(db, some.len(), 6);
    let [key, format, tenant] = [1, 2, 3].map(|n| place(db, values.len() + n));
    values.push(current.id.into());
    values.push(FORMAT.into());
    values.push(scope.tenant().into());
    // Without statistics, SQLite would expect fewer rows of a key or a tenant
    // than one record.
    let by_record = if db.is_sqlite() { "+" } else { "" };
    let sql = format!(
        "WITH fresh (owner_id, purpose, old_key, old_nonce, nonce, ciphertext) AS (VALUES {rows}) \
         UPDATE credentials SET data_key_id = {key}, format = {format}, \
         nonce = fresh.nonce, ciphertext = fresh.ciphertext FROM fresh \
         WHERE credentials.owner_id = fresh.owner_id AND credentials.purpose = fresh.purpose \
         AND {by_record}credentials.data_key_id = fresh.old_key \
         AND {by_record}credentials.tenant_id = {tenant} \
         AND credentials.nonce = fresh.old_nonce",
    );
    Statement::from_sql_and_values(db.backend(), sql, values)
}

async fn key_ids(tx: &Tx) -> Result<Vec<DataKeyId>, InternalError> {
    Ok(data_key::Entity::find()
        .filter(data_key::Column::TenantId.eq(tx.tenant()))
        .select_only()
        .column(data_key::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?)
}

fn without(keys: &[DataKeyId], current: DataKeyId) -> Vec<DataKeyId> {
    keys.iter().copied().filter(|id| *id != current).collect()
}

/// The records under these keys that are still to be re-encrypted under the
/// current one, found through the index on `data_key_id`.
fn waiting(tx: &Tx, keys: &[DataKeyId]) -> Select<credential::Entity> {
    tx.by_keys::<credential::Entity>(credential::Column::DataKeyId, keys.to_vec())
        .filter(credential::Column::SetAsideAt.is_null())
}

/// Marks the keys as retired; keys that are retired already keep their time.
async fn retire(scope: &TenantScope, tx: &Tx, keys: &[DataKeyId]) -> Result<(), InternalError> {
    data_key::Entity::update_many()
        .filter(data_key::Column::TenantId.eq(tx.tenant()))
        .filter(data_key::Column::Id.is_in(keys.iter().copied()))
        .filter(data_key::Column::RetiredAt.is_null())
        .col_expr(data_key::Column::RetiredAt, Expr::value(scope.expiry_now()))
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn set_aside(
    scope: &TenantScope,
    tx: &Tx,
    owner: Uuid,
    purpose: &str,
) -> Result<(), InternalError> {
    tx.update::<credential::Entity>()
        .filter(credential::Column::OwnerId.eq(owner))
        .filter(credential::Column::Purpose.eq(purpose))
        .filter(credential::Column::SetAsideAt.is_null())
        .col_expr(credential::Column::SetAsideAt, Expr::value(scope.now()))
        .exec(&**tx)
        .await?;
    Ok(())
}
