//! Wraps all data keys with the first master key or key service.

use super::{
    Vault,
    data_keys::{lock_all, owner, wrapped},
};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    encryption::{VaultError, key_service::Wrapped},
    entity::data_key,
};
use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

/// How many data keys are wrapped again in one transaction.
const BATCH: usize = 100;
/// How many of them a key service is asked for at once.
const AT_ONCE: usize = 8;

impl Vault {
    /// Wraps every data key with the first master key or key service, and with
    /// its newest version; credentials stay as they are. Gives how many were
    /// wrapped again. Afterwards the other master keys can be removed from the
    /// settings of every process. If it is stopped, the next call continues.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] if a data key is wrapped by an unknown key:
    /// nothing is changed then. [`VaultError::BadKey`] or
    /// [`VaultError::KeyService`] if one doesn't open or can't be wrapped;
    /// finished work stays.
    pub async fn rewrap(&self, services: &Services) -> Result<u64, InternalError> {
        let first = self.0.keyring.first().map_err(|_| VaultError::NotSealed)?;
        let current = first.ids().into_iter().next().unwrap_or_default();
        let newest = first.prove(&*services.random).await;
        let newest = newest.map_err(|error| VaultError::KeyService {
            data_key: None,
            error,
        })?;
        // Directly from the table, since the keys of all tenants are needed.
        let mut rows: Vec<data_key::Model> =
            data_key::Entity::find().rows(services.db.read()).await?;
        rows.retain(|row| row.master_key_id != current || wrapped(row).version() < newest);
        for row in &rows {
            self.service_of(row)?;
        }
        let mut done = 0;
        for batch in rows.chunks(BATCH) {
            done += self.hand_over(services, batch).await?;
        }
        Ok(done)
    }

    /// First calls the key services, and only then writes.
    async fn hand_over(
        &self,
        services: &Services,
        batch: &[data_key::Model],
    ) -> Result<u64, VaultError> {
        let wrapped: Vec<_> = stream::iter(batch)
            .map(async |row| Ok::<_, VaultError>((row, self.anew(services, row).await?)))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let tx = services.db.begin_write().await?;
        lock_all(services, &tx).await?;
        let mut done = 0;
        for (row, anew) in wrapped {
            // Unless another process wrapped it again in the meantime, or removed it.
            let written = data_key::Entity::update_many()
                .filter(data_key::Column::Id.eq(row.id))
                .filter(data_key::Column::MasterKeyId.eq(row.master_key_id.as_str()))
                .filter(data_key::Column::Wrapped.eq(row.wrapped.clone()))
                .col_expr(data_key::Column::MasterKeyId, Expr::value(anew.key_id))
                .col_expr(data_key::Column::Nonce, Expr::value(anew.nonce))
                .col_expr(data_key::Column::Wrapped, Expr::value(anew.ciphertext))
                .exec(&tx)
                .await?;
            done += written.rows_affected;
        }
        tx.commit().await?;
        Ok(done)
    }

    async fn anew(
        &self,
        services: &Services,
        row: &data_key::Model,
    ) -> Result<Wrapped, VaultError> {
        let key = self.unwrap(row).await?.key;
        self.wrap(services, &owner(row), &key).await
    }
}
