//! Which master keys are set, and what hangs on each.

use super::{Vault, VaultError};
use crate::{entity::data_key, services::Services};
use sea_orm::{EntityTrait, QuerySelect};
use std::collections::BTreeMap;

/// A master key as its keeper sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyStatus {
    /// Its id.
    pub id: String,
    /// Whether the settings have it. If not, what it wraps can't be read.
    pub known: bool,
    /// Whether it wraps new data keys.
    pub encrypts: bool,
    /// How many data keys it wraps. At 0, a key that doesn't encrypt can be
    /// taken out of the settings.
    pub data_keys: u64,
}

impl MasterKeyStatus {
    /// Whether it can be taken out of the settings of every process.
    pub fn removable(&self) -> bool {
        self.known && !self.encrypts && self.data_keys == 0
    }
}

impl Vault {
    /// The master keys in the order of the settings, then those that only data
    /// keys name.
    ///
    /// # Errors
    /// If the database failed.
    pub async fn status(&self, services: &Services) -> Result<Vec<MasterKeyStatus>, VaultError> {
        // Read straight from the table, since the keys of all tenants count.
        let used: Vec<String> = data_key::Entity::find()
            .select_only()
            .column(data_key::Column::MasterKeyId)
            .into_tuple()
            .all(services.db.read())
            .await?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for id in used {
            *counts.entry(id).or_default() += 1;
        }
        let mut keys: Vec<_> = (0..)
            .zip(self.0.masters.ids())
            .map(|(position, id)| MasterKeyStatus {
                id: id.to_owned(),
                known: true,
                encrypts: position == 0,
                data_keys: counts.remove(id).unwrap_or_default(),
            })
            .collect();
        keys.extend(counts.into_iter().map(|(id, data_keys)| MasterKeyStatus {
            id,
            known: false,
            encrypts: false,
            data_keys,
        }));
        Ok(keys)
    }
}
