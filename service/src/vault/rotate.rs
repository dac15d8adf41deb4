//! Hands all data keys over to the first master key of the settings.

use super::{Vault, VaultError, data_keys::lock_all};
use crate::{entity::data_key, services::Services};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

impl Vault {
    /// Wraps every data key with the first master key, all or none; credentials
    /// stay as they are. Gives how many were wrapped anew. Afterwards the other
    /// master keys can be taken out of the settings of every process.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] or [`VaultError::BadKey`] if a data key
    /// doesn't open; nothing is changed then.
    pub async fn rewrap(&self, services: &Services) -> Result<u64, VaultError> {
        let first = self.0.masters.first().ok_or(VaultError::NotSealed)?;
        let tx = services.db.begin_write().await?;
        lock_all(services, &tx).await?;
        let mut done = 0;
        let others = data_key::Entity::find()
            .filter(data_key::Column::MasterKeyId.ne(first.id.as_str()))
            .all(&tx)
            .await?;
        for row in others {
            let wrapped = self.wrapped_by_first(services, &row)?;
            data_key::Entity::update(wrapped).exec(&tx).await?;
            done += 1;
        }
        tx.commit().await?;
        Ok(done)
    }
}
