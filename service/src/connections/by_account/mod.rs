//! The accounts list: a row for each account, with its customer and its connections.
//!
//! Accounts are in the order of the worst *stored* state of their connections, along an
//! index. What the time or an app decides lies over it: a row shows it, a filter of its
//! own finds it, and it changes no order.

mod counts;
mod cursor;
mod keys;
mod narrow;
mod query;
mod stored;

pub use counts::{AccountCounts, SnoozedOfLimited, counts, snoozed_of_limited, tags};
pub(super) use query::account_is_snoozed;
pub use query::{AccountsQuery, LookedAfter, States};
pub(crate) use stored::StoredQuery;

use super::{
    counts::visible_apps,
    links,
    list::{self, AccountsOnce, ListError},
    others,
    row::AccountRow,
};
use crate::{
    accounts::{self, Customer, Parts, search},
    core::{error::InternalError, rows::Rows},
    entity::connection,
    records::{app::App, connection::Record},
    tenancy::{Actor, Tx},
};
use cursor::Cursor;
use domain::{health::Health, health_words::NextStep, ids::ConnectionId, subdomain::Subdomain};
use keys::Keys;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// An account of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// The customer.
    pub customer: Customer,
    /// Its connections that the actor may see: the one that put it here first, then the
    /// worst first. Empty if it is connected to no app.
    pub connections: Vec<AccountRow>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountsPage {
    /// The accounts.
    pub rows: Vec<ListedAccount>,
    /// The `after` of the next page; `None` on the last page.
    pub next: Option<String>,
}

/// A page of the accounts that the actor may see, along an index whatever is filtered and
/// however many there are.
///
/// # Errors
/// [`ListError::BadCursor`] for an `after` that no page gave.
pub async fn list(actor: &Actor, wanted: &AccountsQuery) -> Result<AccountsPage, ListError> {
    let tx = actor.read().await?;
    let apps = visible_apps(actor, &tx).await?;
    let mut page = of_apps(actor, &tx, &apps, wanted).await?;
    add_open_links(actor, &tx, &mut page.rows).await?;
    Ok(page)
}

/// The names alone of a page of the accounts, and the `after` of the next one: for jobs,
/// which walk over all that a filter finds.
///
/// # Errors
/// As [`list`].
pub(crate) async fn names(
    actor: &Actor,
    tx: &Tx,
    wanted: &AccountsQuery,
) -> Result<(Vec<Subdomain>, Option<String>), ListError> {
    let apps = visible_apps(actor, tx).await?;
    let (leading, next) = leading(actor, tx, &apps, wanted).await?;
    Ok((leading.into_iter().map(|(name, _)| name).collect(), next))
}

/// These accounts as the list shows them, as far as the actor may see them.
pub(crate) async fn these(
    actor: &Actor,
    tx: &Tx,
    names: Vec<Subdomain>,
) -> Result<Vec<ListedAccount>, InternalError> {
    let apps = visible_apps(actor, tx).await?;
    let leading = names.into_iter().map(|name| (name, None)).collect();
    let mut accounts = assemble(actor, tx, &apps, leading, Parts::ALL).await?;
    if actor.apps.is_limited() {
        accounts.retain(|account| !account.connections.is_empty());
    }
    Ok(accounts)
}

pub(super) async fn of_apps(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &AccountsQuery,
) -> Result<AccountsPage, ListError> {
    let (leading, next) = leading(actor, tx, apps, wanted).await?;
    let rows = assemble(actor, tx, apps, leading, wanted.parts()).await?;
    Ok(AccountsPage { rows, next })
}

/// The accounts of a page, each with the connection that put it there if one did, and the
/// `after` of the next page.
type Leading = (Vec<(Subdomain, Option<ConnectionId>)>, Option<String>);

async fn leading(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &AccountsQuery,
) -> Result<Leading, ListError> {
    if actor.apps.is_limited() || wanted.is_about_connections() {
        return by_connection(actor, tx, apps, wanted).await;
    }
    let after = match wanted.after.as_deref() {
        Some(after) => Some(Cursor::decode(after).ok_or(ListError::BadCursor)?),
        None => None,
    };
    let found = search::find(actor, tx, &wanted.q).await?;
    let keys = Keys {
        tx,
        found,
        wanted,
        after,
    };
    let limit = wanted.limit.clamp(1, list::MOST);
    // One more than the page shows whether there is another page.
    let mut keys = keys.first(limit + 1).await?;
    let more = keys.len() as u64 > limit;
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = keys.last().filter(|_| more).map(Cursor::encode);
    let leading = keys.into_iter().map(|key| (key.subdomain, None));
    Ok((leading.collect(), next))
}

/// Accounts that are retried, but refused alone for so long that a person should look, and
/// that are not snoozed; so many at most, the longest first.
pub(super) async fn refused_long(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    most: u64,
) -> Result<Vec<ListedAccount>, InternalError> {
    let records: Vec<Record> = tx
        .all::<connection::Entity>()
        .filter(super::query::refused_long(actor.now()))
        .filter(super::query::own_health_is(Health::Retrying, actor.now()))
        .filter(account_is_snoozed(tx, false))
        .filter(connection::Column::AppId.is_in(apps.iter().map(|app| app.id)))
        .order_by_asc(connection::Column::RefusedSince)
        .limit(most)
        .readable(&**tx, "accounts that are refused for long")
        .await?;
    let alone = others::that_work(tx, records.iter()).await?;
    let leading = records
        .into_iter()
        .filter(|record| alone.contains(&record.id))
        .map(|record| (record.subdomain, Some(record.id)));
    assemble(actor, tx, apps, leading.collect(), Parts::ALL).await
}

/// A page whose order is that of connections: of an app, or in a state that the time or
/// an app decides; and of whoever is limited to some apps. An account stands where the
/// first of its connections does that are found.
async fn by_connection(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &AccountsQuery,
) -> Result<Leading, ListError> {
    let narrow = wanted.narrow(tx).await?;
    let query = wanted.of_connections();
    let (accounts, next): AccountsOnce = match wanted.states {
        States::RefusedLong => list::refused_long(actor, tx, apps, &query, &narrow).await?,
        _ => list::accounts_once(actor, tx, apps, &query, &narrow).await?,
    };
    let leading = accounts.into_iter().map(|(name, id)| (name, Some(id)));
    Ok((leading.collect(), next))
}

/// The accounts with all that a row shows, in this order: at most five queries for the
/// customers and one for the connections. Each leads with this connection, or with its worst.
async fn assemble(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    leading: Vec<(Subdomain, Option<ConnectionId>)>,
    parts: Parts,
) -> Result<Vec<ListedAccount>, InternalError> {
    if leading.is_empty() {
        return Ok(Vec::new());
    }
    let names = leading.iter().map(|(subdomain, _)| subdomain);
    let customers = accounts::customers_with(tx, names, parts).await?;
    let mut customers: HashMap<_, _> = customers
        .into_iter()
        .map(|customer| (customer.subdomain.clone(), customer))
        .collect();
    let names = leading.iter().map(|(subdomain, _)| subdomain.as_str());
    let records: Vec<Record> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Subdomain.is_in(names))
        .filter(connection::Column::AppId.is_in(apps.iter().map(|app| app.id)))
        .readable(&**tx, "the connections of accounts")
        .await?;
    let alone = others::that_work(tx, records.iter()).await?;
    let mut of_account: HashMap<Subdomain, Vec<AccountRow>> = HashMap::new();
    for record in records {
        if let Some(app) = apps.iter().find(|app| app.id == record.app) {
            let others_work = alone.contains(&record.id);
            let row = AccountRow::new(&record, app, others_work, (actor.now(), actor.zone));
            of_account.entry(record.subdomain).or_default().push(row);
        }
    }
    let mut accounts = Vec::with_capacity(leading.len());
    for (subdomain, first) in leading {
        let Some(customer) = customers.remove(&subdomain) else {
            continue;
        };
        let mut connections = of_account.remove(&subdomain).unwrap_or_default();
        for row in &mut connections {
            row.customer = customer.name.clone();
        }
        connections.sort_by_key(|row| {
            let leads = Some(row.id) == first;
            (!leads, row.health.severity(), row.app_name.to_lowercase())
        });
        accounts.push(ListedAccount {
            customer,
            connections,
        });
    }
    Ok(accounts)
}

/// Adds the links that are on their way to the connections that need somebody or a link, so
/// that nobody sends a second one unawares: one query, or none if there are no such ones.
pub(super) async fn add_open_links(
    actor: &Actor,
    tx: &Tx,
    accounts: &mut [ListedAccount],
) -> Result<(), InternalError> {
    let rows: Vec<&mut AccountRow> = accounts
        .iter_mut()
        .flat_map(|account| &mut account.connections)
        .filter(|row| row.needs_someone || row.explanation.next == NextStep::SendLink)
        .collect();
    let ids = rows.iter().map(|row| row.id).collect();
    let mut open = links::newest_open(tx, ids, actor.expiry_now()).await?;
    for row in rows {
        row.open_link = open.remove(&row.id);
    }
    Ok(())
}
