//! Whether Gorgias refuses only this account of an app.

use super::query::RENEWED;
use crate::{
    core::error::InternalError,
    entity::connection::{Column, Entity},
    records::connection::Record,
    tenancy::Tx,
};
use domain::{
    health::Health,
    ids::{AppId, ConnectionId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, Select};
use std::collections::{HashMap, HashSet};

/// Those of the records that are refused while another account of their app was
/// renewed since. Makes no query if none is refused.
pub(super) async fn that_work<'a>(
    tx: &Tx,
    records: impl Iterator<Item = &'a Record>,
) -> Result<HashSet<ConnectionId>, InternalError> {
    let mut refused: HashMap<AppId, Vec<(ConnectionId, Timestamp)>> = HashMap::new();
    for record in records.filter(|record| record.failing_since.is_some()) {
        if let Some(since) = record.refused_since {
            refused
                .entry(record.app)
                .or_default()
                .push((record.id, since));
        }
    }
    let mut found = HashSet::new();
    for (app, mine) in refused {
        let times: Vec<_> = mine.iter().map(|(_, since)| *since).collect();
        let newest = newest_renewal(tx, app, &times).await?;
        let alone = mine.into_iter().filter(|(_, since)| Some(*since) < newest);
        found.extend(alone.map(|(id, _)| id));
    }
    Ok(found)
}

/// When an account of the app was last renewed, as far as it matters here. In
/// an app with many accounts the first statement finds one at once.
pub(super) async fn newest_renewal(
    tx: &Tx,
    app: AppId,
    refused_since: &[Timestamp],
) -> Result<Option<Timestamp>, InternalError> {
    let renewed = |since: Option<Timestamp>| -> Select<Entity> {
        tx.all::<Entity>()
            .filter(Column::AppId.eq(app))
            .filter(Column::Health.is_in(RENEWED.map(Health::code)))
            .filter(Column::LastSuccessAt.gt(since))
            .select_only()
    };
    let last = refused_since.iter().max().copied();
    let any: Option<Timestamp> = renewed(last)
        .column(Column::LastSuccessAt)
        .limit(1)
        .into_tuple()
        .one(&**tx)
        .await?;
    if any.is_some() {
        return Ok(any);
    }
    let first = refused_since.iter().min().copied();
    let newest: Option<Option<Timestamp>> = renewed(first)
        .column_as(Column::LastSuccessAt.max(), "newest")
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(newest.flatten())
}
