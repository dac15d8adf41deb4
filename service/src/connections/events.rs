//! Timelines.

use crate::{
    actor::Actor as Asker,
    entity::{connection, event},
    error::Fault,
    services::Services,
    tenant_scope::Tx,
};
use domain::{
    event::{Actor, Happening},
    ids::{AppId, ConnectionId, EventId},
    scope::ScopeSet,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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

/// An entry with the connection that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEntry {
    /// The app.
    pub app: AppId,
    /// The account.
    pub subdomain: Subdomain,
    /// The entry.
    pub entry: TimelineEntry,
}

impl TryFrom<event::Model> for TimelineEntry {
    type Error = Fault;

    fn try_from(row: event::Model) -> Result<Self, Fault> {
        let bad = |column| Fault::inconsistent("events", column, row.id);
        Ok(Self {
            id: EventId(row.id),
            at: Timestamp(row.at),
            actor: serde_json::from_str(&row.actor).map_err(|_| bad("actor"))?,
            happening: serde_json::from_str(&row.details).map_err(|_| bad("details"))?,
        })
    }
}

/// Adds an entry, in the transaction of the change that it tells of.
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
    };
    event::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Adds an entry if the granted scopes differ from before.
pub(crate) async fn scopes_changed(
    services: &Services,
    tx: &Tx,
    connection: ConnectionId,
    who: &Actor,
    before: &ScopeSet,
    after: &ScopeSet,
) -> Result<(), Fault> {
    let without = |a: &ScopeSet, b: &ScopeSet| {
        a.iter()
            .filter(|s| !b.contains(s.as_str()))
            .cloned()
            .collect::<ScopeSet>()
    };
    let (added, removed) = (without(after, before), without(before, after));
    if added.is_empty() && removed.is_empty() {
        return Ok(());
    }
    add(
        services,
        tx,
        connection,
        who,
        &Happening::ScopesChanged { added, removed },
    )
    .await
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

/// All entries of the tenant after the given one, oldest first: for a backend that catches up.
///
/// # Errors
/// [`Fault`] if the database fails.
pub async fn of_tenant(
    actor: &Asker,
    after: Option<EventId>,
    limit: u64,
) -> Result<Vec<TenantEntry>, Fault> {
    let tx = actor.read().await?;
    let mut query = tx.all::<event::Entity>();
    if let Some(after) = after {
        query = query.filter(event::Column::Id.gt(after.0));
    }
    if let Some(only) = actor.only_app {
        let mine = sea_orm::QueryTrait::into_query(
            tx.all::<connection::Entity>()
                .filter(connection::Column::AppId.eq(only.0))
                .select_only()
                .column(connection::Column::Id),
        );
        query = query.filter(event::Column::ConnectionId.in_subquery(mine));
    }
    let rows = query
        .order_by_asc(event::Column::Id)
        .limit(limit)
        .all(&*tx)
        .await?;
    let ids = rows.iter().map(|row| row.connection_id);
    let connections: std::collections::HashMap<_, _> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.is_in(ids))
        .all(&*tx)
        .await?
        .into_iter()
        .map(|row| (row.id, (row.app_id, row.subdomain)))
        .collect();
    rows.into_iter()
        .map(|row| {
            let (app, subdomain) = connections
                .get(&row.connection_id)
                .ok_or_else(|| Fault::inconsistent("events", "connection_id", row.id))?;
            Ok(TenantEntry {
                app: AppId(*app),
                subdomain: subdomain.parse().map_err(|_| {
                    Fault::inconsistent("connections", "subdomain", row.connection_id)
                })?,
                entry: row.try_into()?,
            })
        })
        .collect()
}
