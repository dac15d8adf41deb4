//! Whether the keys fit, asked often.

use super::Vault;
use crate::{core::services::Services, encryption::VaultError, entity::data_key};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

impl Vault {
    /// Whether the master keys open the installation's own data keys. Changes
    /// nothing; what was opened before isn't asked of a key service again.
    ///
    /// # Errors
    /// As [`Vault::check`], which looks at all data keys.
    pub async fn probe(&self, services: &Services) -> Result<(), VaultError> {
        let rows = data_key::Entity::find()
            .filter(data_key::Column::TenantId.is_null())
            .all(services.db.read())
            .await?;
        for row in &rows {
            self.unwrap(row).await?;
        }
        Ok(())
    }
}
