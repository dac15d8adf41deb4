//! A tenant's data keys, the records under each, and the unreadable ones.

use super::reencrypt::KEPT_FOR;
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{credential, data_key},
    tenancy::TenantScope,
    vault::{
        Vault,
        data_keys::{active, keys_of, wrapped},
    },
};
use domain::{ids::DataKeyId, time::Timestamp};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The state of a data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKeyStatus {
    /// Its id.
    pub id: DataKeyId,
    /// The master key that wraps it.
    pub master_key_id: String,
    /// The version of that master key, if a key service has it.
    pub master_key_version: Option<u32>,
    /// Whether it encrypts; the others only decrypt.
    pub current: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it doesn't encrypt any more.
    pub retired_at: Option<Timestamp>,
    /// How often it has encrypted.
    pub encryptions: u64,
    /// How many records are under it, readable or not.
    pub records: u64,
    /// How many of them can't be read.
    pub unreadable: u64,
}

impl DataKeyStatus {
    /// Whether no record needs it any more.
    pub fn removable(&self) -> bool {
        !self.current && self.records == 0
    }

    /// When the worker removes it, if no record needs it any more.
    pub fn removed_after(&self) -> Option<Timestamp> {
        let retired = self.retired_at.filter(|_| self.removable())?;
        Some(retired.plus(KEPT_FOR))
    }
}

/// An unreadable record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// The app or connection that it belongs to.
    pub owner: Uuid,
    /// The code of its purpose.
    pub purpose: String,
    /// The data key that it is sealed under.
    pub data_key: DataKeyId,
    /// When it was found to be unreadable.
    pub since: Timestamp,
}

/// All of a tenant's data keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantKeys {
    /// The current one first, then from the newest.
    pub keys: Vec<DataKeyStatus>,
    /// The first hundred unreadable records.
    pub unreadable: Vec<UnreadableRecord>,
}

/// How many unreadable records are listed.
const LISTED: u64 = 100;

impl TenantKeys {
    /// How many readable records are under the current key, and how many there are.
    pub fn progress(&self) -> (u64, u64) {
        let readable = |key: &DataKeyStatus| key.records.saturating_sub(key.unreadable);
        let done = self.keys.iter().filter(|k| k.current).map(readable).sum();
        (done, self.keys.iter().map(readable).sum())
    }

    /// Whether records are still to be re-encrypted under the current key.
    pub fn under_way(&self) -> bool {
        let (done, all) = self.progress();
        done < all
    }
}

impl Vault {
    /// The tenant's data keys with their counts.
    pub(crate) async fn tenant_keys(
        &self,
        scope: &TenantScope,
    ) -> Result<TenantKeys, InternalError> {
        let tx = scope.read().await?;
        let counts: Vec<(DataKeyId, i64, i64)> = tx
            .all::<credential::Entity>()
            .select_only()
            .column(credential::Column::DataKeyId)
            .column_as(credential::Column::OwnerId.count(), "records")
            .column_as(credential::Column::SetAsideAt.count(), "unreadable")
            .group_by(credential::Column::DataKeyId)
            .into_tuple()
            .all(&*tx)
            .await?;
        let counts: HashMap<_, _> = counts
            .into_iter()
            .map(|(key, records, unreadable)| (key, (records, unreadable)))
            .collect();
        let current = active(&*tx, Some(tx.tenant())).await?.map(|key| key.id);
        let rows: Vec<data_key::Model> = keys_of(Some(tx.tenant())).rows(&*tx).await?;
        let mut keys: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let (records, unreadable) = counts.get(&row.id).copied().unwrap_or_default();
                DataKeyStatus {
                    id: row.id,
                    master_key_version: wrapped(&row).version(),
                    master_key_id: row.master_key_id,
                    current: current == Some(row.id),
                    created_at: row.created_at,
                    retired_at: row.retired_at,
                    encryptions: row.encryptions.unsigned_abs(),
                    records: records.unsigned_abs(),
                    unreadable: unreadable.unsigned_abs(),
                }
            })
            .collect();
        keys.sort_by_key(|key| !key.current);
        let unreadable: Vec<credential::Model> = tx
            .all::<credential::Entity>()
            .filter(credential::Column::SetAsideAt.is_not_null())
            .order_by_asc(credential::Column::SetAsideAt)
            .order_by_asc(credential::Column::OwnerId)
            .limit(LISTED)
            .rows(&*tx)
            .await?;
        let unreadable = unreadable
            .into_iter()
            .map(|row| UnreadableRecord {
                owner: row.owner_id,
                purpose: row.purpose,
                data_key: row.data_key_id,
                since: row.set_aside_at.unwrap_or_default(),
            })
            .collect();
        Ok(TenantKeys { keys, unreadable })
    }
}
