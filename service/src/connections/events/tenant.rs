//! All events of a tenant in one order, for backends that catch up.

use super::{
    TimelineEntry,
    cursor::{After, Head},
    of_app,
};
use crate::{
    core::error::InternalError,
    entity::{connection, event, tenant_event},
    tenancy::{Actor as Asker, Tx},
};
use domain::{ids::AppId, subdomain::Subdomain};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap};

/// An entry with the connection that it belongs to, if it belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEntry {
    /// The app and the account.
    pub connection: Option<(AppId, Subdomain)>,
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

/// The entries can't be told.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The place belongs to another history than the one that the database holds.
    #[error(
        "“after” names an event that isn't there: the database was restored from a backup, and other events may have its number; read everything anew, without “after”"
    )]
    CursorUnknown,
    /// Something inside failed.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for EventsError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// The entries of the tenant after the given place, oldest first: for a backend
/// that catches up. What belongs to no connection is told only to who isn't
/// tied to an app.
///
/// # Errors
/// See [`EventsError`].
pub async fn of_tenant(
    actor: &Asker,
    after: Option<After>,
    limit: u64,
) -> Result<Page, EventsError> {
    let tx = actor.read().await?;
    let head = Head::read(&tx).await?;
    let number = match after {
        None => None,
        Some(after) => {
            let number = head.number_of(&tx, after).await?;
            Some(number.ok_or(EventsError::CursorUnknown)?)
        }
    };
    let span = (number.unwrap_or_default(), head.count);
    let mut entries = of_connections(actor, &tx, span, limit).await?;
    if actor.only_app.is_none() {
        entries.extend(of_tenant_itself(&tx, span, limit).await?);
        entries.sort_by_key(|(number, _)| *number);
        entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let next = match (entries.last(), number, after) {
        (Some((number, last)), ..) => Some(After::Event(*number, last.entry.id)),
        (None, _, Some(after @ After::Event(..))) => Some(after),
        (None, Some(number), _) => Some(head.place_of(&tx, number).await?),
        (None, None, _) => None,
    };
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(Page { entries, next })
}

/// Entries with their numbers.
type Numbered = Vec<(i64, TenantEntry)>;

async fn of_connections(
    actor: &Asker,
    tx: &Tx,
    (after, to): (i64, i64),
    limit: u64,
) -> Result<Numbered, InternalError> {
    let mut query = tx
        .all::<event::Entity>()
        .filter(event::Column::Seq.gt(after))
        .filter(event::Column::Seq.lte(to));
    if let Some(only) = actor.only_app {
        query = query.filter(event::Column::ConnectionId.in_subquery(of_app(tx, only)));
    }
    let rows = query
        .order_by_asc(event::Column::Seq)
        .limit(limit)
        .all(&**tx)
        .await?;
    let ids: BTreeSet<_> = rows.iter().map(|row| row.connection_id).collect();
    let connections: HashMap<_, _> = tx
        .by_keys::<connection::Entity>(connection::Column::Id, ids.into_iter().collect())
        .all(&**tx)
        .await?
        .into_iter()
        .map(|row| (row.id, (row.app_id, row.subdomain)))
        .collect();
    rows.into_iter()
        .map(|row| {
            let (app, subdomain) = connections
                .get(&row.connection_id)
                .ok_or_else(|| InternalError::inconsistent("events", "connection_id", row.id))?;
            let subdomain = subdomain.parse().map_err(|_| {
                InternalError::inconsistent("connections", "subdomain", row.connection_id)
            })?;
            let (number, connection) = (row.seq, Some((*app, subdomain)));
            let entry = row.try_into()?;
            Ok((
                number.unwrap_or_default(),
                TenantEntry { connection, entry },
            ))
        })
        .collect()
}

async fn of_tenant_itself(
    tx: &Tx,
    (after, to): (i64, i64),
    limit: u64,
) -> Result<Numbered, InternalError> {
    let rows = tx
        .all::<tenant_event::Entity>()
        .filter(tenant_event::Column::Seq.gt(after))
        .filter(tenant_event::Column::Seq.lte(to))
        .order_by_asc(tenant_event::Column::Seq)
        .limit(limit)
        .all(&**tx)
        .await?;
    rows.into_iter()
        .map(|row| {
            let at = (row.id, row.at);
            let entry = TenantEntry {
                connection: None,
                entry: TimelineEntry::read("tenant_events", at, &row.actor, &row.details)?,
            };
            Ok((row.seq.unwrap_or_default(), entry))
        })
        .collect()
}
