//! Timelines of connections.

mod cursor;
mod retention;
mod tenant;
#[cfg(test)]
mod tests;

pub use cursor::{After, CursorError};
pub use retention::cut_off;
pub(crate) use retention::{cut, keep_cut};
pub use tenant::{EventsError, Page, TenantEntry, of_tenant};

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{connection, event},
    tenancy::{Actor as Asker, Tx},
};
use domain::{
    event::{Actor, Happening},
    ids::{AppId, ConnectionId, EventId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::SelectStatement,
};

/// An entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// Its id; later entries have greater ones.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// What happened.
    pub happening: Happening,
}

impl TimelineEntry {
    /// Reads the entry in a row of `table`.
    fn read(
        table: &'static str,
        (id, at): (EventId, Timestamp),
        actor: &str,
        details: &str,
    ) -> Result<Self, InternalError> {
        let bad = |column| InternalError::inconsistent(table, column, id);
        Ok(Self {
            id,
            at,
            actor: serde_json::from_str(actor).map_err(|_| bad("actor"))?,
            happening: serde_json::from_str(details).map_err(|_| bad("details"))?,
        })
    }
}

impl TryFrom<event::Model> for TimelineEntry {
    type Error = InternalError;

    fn try_from(row: event::Model) -> Result<Self, InternalError> {
        Self::read("events", (row.id, row.at), &row.actor, &row.details)
    }
}

/// A connection's entries, newest first; `before` continues after the last one seen.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_connection(
    actor: &Asker,
    connection: ConnectionId,
    before: Option<EventId>,
    limit: u64,
) -> Result<Vec<TimelineEntry>, InternalError> {
    let tx = actor.read().await?;
    let mut query = newest_first(&tx, connection);
    if let Some(only) = actor.apps.ids() {
        query = query.filter(event::Column::ConnectionId.in_subquery(of_apps(&tx, only)));
    }
    if let Some(before) = before {
        query = query.filter(event::Column::Id.lt(before));
    }
    query.first(&*tx, limit, "a timeline").await
}

/// Along the index of connections: without statistics, SQLite would take the tenant's,
/// which is in the same order, and read all of its events.
fn newest_first(tx: &Tx, connection: ConnectionId) -> Select<event::Entity> {
    tx.by_keys::<event::Entity>(event::Column::ConnectionId, vec![connection])
        .order_by_desc(event::Column::Id)
}

/// The connections of some apps.
fn of_apps(tx: &Tx, apps: impl Iterator<Item = AppId>) -> SelectStatement {
    tx.all::<connection::Entity>()
        .filter(connection::Column::AppId.is_in(apps))
        .select_only()
        .column(connection::Column::Id)
        .into_query()
}
