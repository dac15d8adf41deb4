//! Which master keys there are and what they protect, for `mooring keys status`
//! and for the question whether this process is ready.

use super::{Vault, VaultError};
use crate::{entity::data_key, services::Services};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

/// A master key of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyStatus {
    /// Its id; no secret.
    pub id: String,
    /// Whether new data keys are sealed with it.
    pub encrypts: bool,
    /// How many data keys are sealed with it. At zero it can be removed.
    pub data_keys: u64,
}

impl Vault {
    /// The master keys of the settings, in their order.
    ///
    /// # Errors
    /// If the database failed.
    pub async fn status(&self, services: &Services) -> Result<Vec<MasterKeyStatus>, VaultError> {
        // Read straight from the table, since the keys of all tenants are wanted.
        let counts: Vec<(String, i64)> = data_key::Entity::find()
            .select_only()
            .column(data_key::Column::MasterKeyId)
            .column_as(data_key::Column::Id.count(), "data_keys")
            .group_by(data_key::Column::MasterKeyId)
            .into_tuple()
            .all(services.db.read())
            .await?;
        let under = |id: &str| {
            let count = counts.iter().find(|(key, _)| key == id);
            count.map_or(0, |(_, n)| n.unsigned_abs())
        };
        let ids = self.0.masters.ids().enumerate();
        Ok(ids
            .map(|(position, id)| MasterKeyStatus {
                id: id.to_owned(),
                encrypts: position == 0,
                data_keys: under(id),
            })
            .collect())
    }

    /// Whether the master keys open the installation's own data key. Changes nothing.
    ///
    /// # Errors
    /// As [`Vault::check`], which looks at all data keys.
    pub async fn probe(&self, services: &Services) -> Result<(), VaultError> {
        let rows = data_key::Entity::find()
            .filter(data_key::Column::TenantId.is_null())
            .all(services.db.read())
            .await?;
        rows.iter().try_for_each(|row| self.unwrap(row).map(drop))
    }
}
