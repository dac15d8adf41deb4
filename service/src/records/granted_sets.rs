//! The sets of scopes that connections have granted (ADR 44). An app has few different
//! ones, however many connections it has; triggers keep them and how many have each.

use super::kept_counts::{self, Kind};
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::granted_set::{BasisCode, Column, Entity, Model},
    tenancy::Tx,
};
use domain::{
    health::Health,
    ids::{AppId, GrantedSetId},
    scope_plan::{Basis, GrantedScopes},
};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::HashMap;

/// How many connections are in which stored state.
type ByHealth = [u64; Health::ALL.len()];

/// A set that at least one connection has granted.
#[derive(Debug, Clone)]
pub(crate) struct GrantedSet {
    pub id: GrantedSetId,
    pub app: AppId,
    /// The scopes, and what is known of them.
    pub granted: GrantedScopes,
    by_health: ByHealth,
}

impl GrantedSet {
    /// How many connections have granted it.
    pub fn total(&self) -> u64 {
        self.by_health.iter().sum()
    }

    /// How many of these are stored in the state.
    pub fn get(&self, health: Health) -> u64 {
        let place = usize::from(health.severity());
        self.by_health.get(place).copied().unwrap_or_default()
    }
}

impl From<BasisCode> for Basis {
    fn from(code: BasisCode) -> Self {
        match code {
            BasisCode::Told => Self::Told,
            BasisCode::Unknown => Self::Unknown,
            BasisCode::Gone => Self::Gone,
        }
    }
}

/// The sets of these apps that connections have, in two queries.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn of_apps(
    tx: &Tx,
    apps: impl IntoIterator<Item = AppId>,
) -> Result<Vec<GrantedSet>, InternalError> {
    let rows: Vec<Model> = tx
        .all::<Entity>()
        .filter(Column::AppId.is_in(apps))
        .readable(&**tx, "the sets of granted scopes")
        .await?;
    let mut counts: HashMap<String, ByHealth> = HashMap::new();
    for kept in kept_counts::kept(tx, Kind::GrantedSet).await? {
        let states = counts.entry(kept.key).or_default();
        let place = kept.health.map(|health| usize::from(health.severity()));
        if let Some(n) = place.and_then(|place| states.get_mut(place)) {
            *n += kept.n;
        }
    }
    let set = |row: Model| {
        let by_health = counts.remove(&kept_counts::key(row.id.0))?;
        Some(GrantedSet {
            id: row.id,
            app: row.app_id,
            granted: GrantedScopes {
                basis: row.basis.into(),
                scopes: row.granted,
            },
            by_health,
        })
    };
    Ok(rows.into_iter().filter_map(set).collect())
}
