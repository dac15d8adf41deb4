//! A check of the keys that can be made often.

use super::{Vault, data_keys::keys_of};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::data_key,
};

impl Vault {
    /// Whether the master keys open the installation's own data keys. Changes
    /// nothing; a key service isn't asked again for an opened key.
    ///
    /// # Errors
    /// As [`Vault::check`], which checks all data keys.
    pub async fn probe(&self, services: &Services) -> Result<(), InternalError> {
        let rows: Vec<data_key::Model> = keys_of(None).rows(services.db.read()).await?;
        for row in &rows {
            self.unwrap(row).await?;
        }
        Ok(())
    }
}
