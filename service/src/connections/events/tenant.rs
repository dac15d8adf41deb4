//! All events of a tenant in one order, for backends that catch up.

use super::{
    TimelineEntry,
    cursor::{After, Head},
    of_apps,
};
use crate::{
    core::{
        error::InternalError,
        rows::{Rows, or_log},
    },
    entity::{connection, event, tenant_event},
    tenancy::{Actor as Asker, Tx},
};
use domain::{
    ids::{AppId, ConnectionId},
    subdomain::Subdomain,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap};

/// The purpose that the log names if a row can't be read.
const WANTED_FOR: &str = "the events of a tenant";

/// An entry, with its connection if it has one.
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
    /// The cursor to continue with, also if there were no more entries; `None`
    /// if the tenant never had any.
    pub next: Option<After>,
}

/// Why there are no entries.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The cursor comes from another history than the database has.
    #[error(
        "“after” names an event that isn't there: the database was restored from a backup, and other events may have its number; read everything anew, without “after”"
    )]
    CursorUnknown,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for EventsError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// The entries of the tenant after the cursor, oldest first, for a backend that
/// catches up. An actor that is limited to an app doesn't get the entries
/// without a connection.
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
    if !actor.apps.is_limited() {
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
type Entries = Vec<(i64, TenantEntry)>;

/// An event with its number.
struct Numbered {
    number: i64,
    connection: Option<ConnectionId>,
    entry: TimelineEntry,
}

impl TryFrom<event::Model> for Numbered {
    type Error = InternalError;

    fn try_from(row: event::Model) -> Result<Self, InternalError> {
        Ok(Self {
            number: row.seq.unwrap_or_default(),
            connection: Some(row.connection_id),
            entry: row.try_into()?,
        })
    }
}

impl TryFrom<tenant_event::Model> for Numbered {
    type Error = InternalError;

    fn try_from(row: tenant_event::Model) -> Result<Self, InternalError> {
        let at = (row.id, row.at);
        Ok(Self {
            number: row.seq.unwrap_or_default(),
            connection: None,
            entry: TimelineEntry::read("tenant_events", at, &row.actor, &row.details)?,
        })
    }
}

async fn of_connections(
    actor: &Asker,
    tx: &Tx,
    (after, to): (i64, i64),
    limit: u64,
) -> Result<Entries, InternalError> {
    let mut query = tx
        .all::<event::Entity>()
        .filter(event::Column::Seq.gt(after))
        .filter(event::Column::Seq.lte(to));
    if let Some(only) = actor.apps.ids() {
        query = query.filter(event::Column::ConnectionId.in_subquery(of_apps(tx, only)));
    }
    let events: Vec<Numbered> = query
        .order_by_asc(event::Column::Seq)
        .first(&**tx, limit, WANTED_FOR)
        .await?;
    let ids: BTreeSet<_> = events.iter().filter_map(|one| one.connection).collect();
    // Not read as models: only an unreadable name can hide an account's events.
    let accounts: Vec<(ConnectionId, AppId, String)> = tx
        .by_keys::<connection::Entity>(connection::Column::Id, ids.into_iter().collect())
        .select_only()
        .columns([
            connection::Column::Id,
            connection::Column::AppId,
            connection::Column::Subdomain,
        ])
        .into_tuple()
        .all(&**tx)
        .await?;
    let account = |(id, app, name): (ConnectionId, AppId, String)| {
        let bad = |_| InternalError::inconsistent("connections", "subdomain", id);
        Some((id, (app, or_log(name.parse().map_err(bad), WANTED_FOR)?)))
    };
    let accounts: HashMap<_, (AppId, Subdomain)> =
        accounts.into_iter().filter_map(account).collect();
    // The events of an unreadable account are left out with it.
    let with_account = |event: Numbered| {
        let connection = Some(accounts.get(&event.connection?)?.clone());
        let entry = event.entry;
        Some((event.number, TenantEntry { connection, entry }))
    };
    Ok(events.into_iter().filter_map(with_account).collect())
}

async fn of_tenant_itself(
    tx: &Tx,
    (after, to): (i64, i64),
    limit: u64,
) -> Result<Entries, InternalError> {
    let events: Vec<Numbered> = tx
        .all::<tenant_event::Entity>()
        .filter(tenant_event::Column::Seq.gt(after))
        .filter(tenant_event::Column::Seq.lte(to))
        .order_by_asc(tenant_event::Column::Seq)
        .first(&**tx, limit, WANTED_FOR)
        .await?;
    let of_none = |Numbered { number, entry, .. }| {
        let connection = None;
        (number, TenantEntry { connection, entry })
    };
    Ok(events.into_iter().map(of_none).collect())
}
