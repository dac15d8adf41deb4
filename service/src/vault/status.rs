//! The master keys and key services of the settings, and how many data keys depend on each.

use super::{Vault, data_keys::wrapped};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::data_key,
};
use sea_orm::EntityTrait;
use std::collections::BTreeMap;

/// The state of a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeyStatus {
    /// Its id.
    pub id: String,
    /// Whether the settings have it. If not, the data keys that it wraps can't be read.
    pub known: bool,
    /// Whether it wraps new data keys.
    pub encrypts: bool,
    /// How many data keys it wraps. At 0, a key that doesn't encrypt can be
    /// removed from the settings.
    pub data_keys: u64,
    /// How many of them each version wraps, the oldest first; empty for a
    /// master key of the settings, which has no versions.
    pub versions: Vec<(u32, u64)>,
}

impl MasterKeyStatus {
    /// Whether it can be removed from the settings of every process.
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
    pub async fn status(&self, services: &Services) -> Result<Vec<MasterKeyStatus>, InternalError> {
        // Directly from the table, since the keys of all tenants count.
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        let rows: Vec<data_key::Model> = data_key::Entity::find().rows(services.db.read()).await?;
        for row in rows {
            let version = wrapped(&row).version();
            let count = counts.entry(row.master_key_id).or_default();
            count.data_keys += 1;
            if let Some(version) = version {
                *count.versions.entry(version).or_default() += 1;
            }
        }
        let mut keys: Vec<_> = (0..)
            .zip(self.0.keyring.ids())
            .map(|(position, id)| {
                let count = counts.remove(&id).unwrap_or_default();
                count.of(id, true, position == 0)
            })
            .collect();
        let others = counts.into_iter();
        keys.extend(others.map(|(id, count)| count.of(id, false, false)));
        Ok(keys)
    }
}

#[derive(Default)]
struct Count {
    data_keys: u64,
    versions: BTreeMap<u32, u64>,
}

impl Count {
    fn of(self, id: String, known: bool, encrypts: bool) -> MasterKeyStatus {
        MasterKeyStatus {
            id,
            known,
            encrypts,
            data_keys: self.data_keys,
            versions: self.versions.into_iter().collect(),
        }
    }
}
