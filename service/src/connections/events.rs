//! Timelines.

#[cfg(test)]
mod tests;

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
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::{self, Display},
    str::FromStr,
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

/// Entries of the tenant, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<TenantEntry>,
    /// Where to go on, also if there was nothing more; `None` if there never was.
    pub next: Option<After>,
}

/// Where to go on reading a tenant's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The number of the last entry that was read. Numbers have the order in
    /// which entries become visible, so none is passed over.
    Number(i64),
    /// An entry itself, as earlier versions had it.
    Entry(EventId),
}

/// The text is no place in a tenant's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give what an earlier answer named as “next”")]
pub struct NoPlace;

impl FromStr for After {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            text.parse().map(Self::Number).map_err(|_| NoPlace)
        } else {
            text.parse().map(Self::Entry).map_err(|_| NoPlace)
        }
    }
}

impl Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Entry(id) => id.fmt(f),
        }
    }
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
    tx.add_event(row);
    Ok(())
}

/// Writes the entries that were added. After this, a transaction may lock the
/// audit's head and nothing else, or two of them would wait for each other.
pub(crate) async fn write(tx: &Tx) -> Result<(), Fault> {
    let rows = tx.take_events();
    // Both databases allow a limited number of values in a statement.
    for some in rows.chunks(500) {
        event::Entity::insert_many(some.to_vec())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// What happened to the granted scopes, if they differ from before.
pub(crate) fn scopes_changed(before: &ScopeSet, after: &ScopeSet) -> Option<Happening> {
    let without = |a: &ScopeSet, b: &ScopeSet| {
        a.iter()
            .filter(|s| !b.contains(s.as_str()))
            .cloned()
            .collect::<ScopeSet>()
    };
    let (added, removed) = (without(after, before), without(before, after));
    (!added.is_empty() || !removed.is_empty())
        .then_some(Happening::ScopesChanged { added, removed })
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

/// The entries of the tenant after the given place, oldest first: for a backend that catches up.
///
/// # Errors
/// [`Fault`] if the database fails.
pub async fn of_tenant(actor: &Asker, after: Option<After>, limit: u64) -> Result<Page, Fault> {
    let tx = actor.read().await?;
    let number = match after {
        None => None,
        Some(After::Number(number)) => Some(number),
        Some(After::Entry(id)) => Some(number_of(&tx, id).await?),
    };
    let mut query = tx
        .all::<event::Entity>()
        .filter(event::Column::Seq.gt(number.unwrap_or_default()));
    if let Some(only) = actor.only_app {
        query = query.filter(event::Column::ConnectionId.in_subquery(of_app(&tx, only)));
    }
    let rows = query
        .order_by_asc(event::Column::Seq)
        .limit(limit)
        .all(&*tx)
        .await?;
    let next = rows.last().and_then(|row| row.seq).or(number);
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.connection_id).collect();
    let connections: HashMap<_, _> = tx
        .those::<connection::Entity>(connection::Column::Id, ids.into_iter().collect())
        .all(&*tx)
        .await?
        .into_iter()
        .map(|row| (row.id, (row.app_id, row.subdomain)))
        .collect();
    let entries = rows
        .into_iter()
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
        .collect::<Result<_, Fault>>()?;
    Ok(Page {
        entries,
        next: next.map(After::Number),
    })
}

/// The number of an entry, or of the last one made before it if it is gone.
async fn number_of(tx: &Tx, id: EventId) -> Result<i64, Fault> {
    let number: Option<Option<i64>> = tx
        .all::<event::Entity>()
        .select_only()
        .column(event::Column::Seq)
        .filter(event::Column::Id.lte(id.0))
        .order_by_desc(event::Column::Id)
        .limit(1)
        .into_tuple()
        .one(&**tx)
        .await?;
    Ok(number.flatten().unwrap_or_default())
}
