//! Timelines.

mod cursor;
mod tenant;
#[cfg(test)]
mod tests;

pub use cursor::{After, CursorError};
pub use tenant::{EventsError, Page, TenantEntry, of_tenant};

use crate::{
    actor::Actor as Asker,
    entity::{connection, event, tenant_event},
    error::Fault,
    services::Services,
    tenant_scope::Tx,
};
use domain::{
    event::{Actor, Happening},
    ids::{AppId, ConnectionId, EventId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};
use uuid::Uuid;

/// An entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// Its id; later entries have greater ones.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub happening: Happening,
}

impl TimelineEntry {
    /// What a row of `table` tells.
    fn read(
        table: &'static str,
        (id, at): (Uuid, i64),
        actor: &str,
        details: &str,
    ) -> Result<Self, Fault> {
        let bad = |column| Fault::inconsistent(table, column, id);
        Ok(Self {
            id: EventId(id),
            at: Timestamp(at),
            actor: serde_json::from_str(actor).map_err(|_| bad("actor"))?,
            happening: serde_json::from_str(details).map_err(|_| bad("details"))?,
        })
    }
}

impl TryFrom<event::Model> for TimelineEntry {
    type Error = Fault;

    fn try_from(row: event::Model) -> Result<Self, Fault> {
        Self::read("events", (row.id, row.at), &row.actor, &row.details)
    }
}

/// Adds an entry, in the transaction of the change that it tells of. It is
/// written at the transaction's end: from then on, other writers of the
/// tenant's events wait for it.
pub(crate) async fn add(
    services: &Services,
    tx: &Tx,
    connection: ConnectionId,
    who: &Actor,
    what: &Happening,
) -> Result<(), Fault> {
    let id = services.new_id();
    let json = |column, text: Result<String, _>| {
        text.map_err(|_: serde_json::Error| Fault::inconsistent("events", column, id))
    };
    let row = event::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant().0),
        connection_id: Set(connection.0),
        kind: Set(what.code().to_owned()),
        actor: Set(json("actor", serde_json::to_string(who))?),
        details: Set(json("details", serde_json::to_string(what))?),
        at: Set(services.now().0),
        seq: NotSet,
    };
    tx.events().of_connections.push(row);
    Ok(())
}

/// Adds an entry that belongs to no connection, as [`add`] does.
pub(crate) fn add_to_tenant(
    services: &Services,
    tx: &Tx,
    who: &Actor,
    what: &Happening,
) -> Result<(), Fault> {
    let id = services.new_id();
    let json = |column, text: Result<String, _>| {
        text.map_err(|_: serde_json::Error| Fault::inconsistent("tenant_events", column, id))
    };
    let row = tenant_event::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant().0),
        kind: Set(what.code().to_owned()),
        actor: Set(json("actor", serde_json::to_string(who))?),
        details: Set(json("details", serde_json::to_string(what))?),
        at: Set(services.now().0),
        seq: NotSet,
    };
    tx.events().of_tenant.push(row);
    Ok(())
}

/// Writes the entries that were added. After this, a transaction may lock the
/// audit's head and nothing else, or two of them would wait for each other.
pub(crate) async fn write(tx: &Tx) -> Result<(), Fault> {
    let pending = std::mem::take(&mut *tx.events());
    // Both databases allow a limited number of values in a statement.
    for some in pending.of_connections.chunks(500) {
        event::Entity::insert_many(some.to_vec())
            .exec_without_returning(&**tx)
            .await?;
    }
    for some in pending.of_tenant.chunks(500) {
        tenant_event::Entity::insert_many(some.to_vec())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// A connection's entries, newest first; `before` continues after the last one seen.
///
/// # Errors
/// [`Fault`] if the database fails.
pub async fn of_connection(
    actor: &Asker,
    connection: ConnectionId,
    before: Option<EventId>,
    limit: u64,
) -> Result<Vec<TimelineEntry>, Fault> {
    let tx = actor.read().await?;
    let mut query = tx
        .all::<event::Entity>()
        .filter(event::Column::ConnectionId.eq(connection.0));
    if let Some(only) = actor.only_app {
        query = query.filter(event::Column::ConnectionId.in_subquery(of_app(&tx, only)));
    }
    if let Some(before) = before {
        query = query.filter(event::Column::Id.lt(before.0));
    }
    query
        .order_by_desc(event::Column::Id)
        .limit(limit)
        .all(&*tx)
        .await?
        .into_iter()
        .map(TimelineEntry::try_from)
        .collect()
}

/// The connections of an app.
fn of_app(tx: &Tx, app: AppId) -> SelectStatement {
    tx.all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app.0))
        .select_only()
        .column(connection::Column::Id)
        .into_query()
}
