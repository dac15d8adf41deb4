//! The accounts list: search, filters, sorting, keyset pages.

mod cursor;
mod listing;
mod once;
mod refused_long;

pub(super) use once::{AccountsOnce, accounts_once};
pub(super) use refused_long::refused_long;

use super::{counts, others, row::AccountRow};
use crate::{
    accounts,
    core::error::InternalError,
    records::app::App,
    tenancy::{Actor, Tx},
};
use cursor::Cursor;
use domain::{health::Health, scope::Scope, scope_plan::ScopeFilter, subdomain::Subdomain};
use listing::Listing;
use sea_orm::Condition;
use std::collections::BTreeSet;

/// The most rows a page can have.
pub const MOST: u64 = 200;

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The most urgent states first, then by name.
    #[default]
    Worst,
    /// By subdomain, a to z.
    Name,
    /// The newest change of health first.
    Changed,
}

/// The conditions of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Part of the subdomain, of the name or address of the person who approved, or of what
    /// is known of the customer.
    pub q: String,
    /// Only this state.
    pub health: Option<Health>,
    /// Only this app (slug or id).
    pub app: Option<String>,
    /// Only accounts that granted exactly this scope.
    pub scope: Option<Scope>,
    /// Only accounts whose granted scopes are like this.
    pub permissions: Option<ScopeFilter>,
    /// The order.
    pub sort: Sort,
    /// The `next` of the previous page.
    pub after: Option<String>,
    /// Rows a page, at most [`MOST`].
    pub limit: u64,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            q: String::new(),
            health: None,
            app: None,
            scope: None,
            permissions: None,
            sort: Sort::default(),
            after: None,
            limit: 50,
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// The rows.
    pub rows: Vec<AccountRow>,
    /// The `after` of the next page; `None` on the last page.
    pub next: Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// `after` is no value that a page gave for this order.
    #[error("“after” doesn't belong to this list; begin again at its first page")]
    BadCursor,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for ListError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::Worst, Self::Name, Self::Changed];

    /// The code in URLs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Name => "name",
            Self::Changed => "changed",
        }
    }

    /// Reads the code; anything else is the default order.
    pub fn from_code(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|s| s.code() == code)
            .unwrap_or_default()
    }
}

/// A page of the connections that the actor may see. Each app and each state has a range
/// of an index, so the page costs the same however many connections there are.
///
/// # Errors
/// [`ListError::BadCursor`] for an `after` that no page gave.
pub async fn list(actor: &Actor, wanted: &ListQuery) -> Result<ListPage, ListError> {
    let tx = actor.read().await?;
    let apps = counts::visible_apps(actor, &tx).await?;
    let narrow = Narrow {
        states: wanted.health.map(|health| vec![health]),
        restrict: Condition::all(),
        among: None,
        connected: false,
    };
    page(actor, &tx, &apps, wanted, &narrow).await
}

/// What a page is limited to, beyond its query.
pub(super) struct Narrow {
    /// Only these states.
    pub states: Option<Vec<Health>>,
    /// Only connections that fulfil it.
    pub restrict: Condition,
    /// Only connections of these accounts, if they are few.
    pub among: Option<BTreeSet<Subdomain>>,
    /// Only connections with tokens.
    pub connected: bool,
}

/// A page of the connections of these apps.
pub(super) async fn page(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &ListQuery,
    narrow: &Narrow,
) -> Result<ListPage, ListError> {
    let limit = wanted.limit.clamp(1, MOST);
    let listing = begin(actor, tx, apps, wanted, narrow).await?;
    let shown_at = (listing.now, actor.zone);
    // One row more than the page shows whether there is another page.
    let mut records = listing.first(limit + 1).await?;
    let more = records.len() as u64 > limit;
    records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut rows = Vec::with_capacity(records.len());
    let mut next = None;
    let alone = others::that_work(tx, records.iter()).await?;
    for record in records {
        let Some(app) = apps.iter().find(|a| a.id == record.app) else {
            continue;
        };
        let others_work = alone.contains(&record.id);
        rows.push(AccountRow::new(&record, app, others_work, shown_at));
        next = Some(listing.place(&record));
    }
    let names = accounts::names(tx, rows.iter().map(|row| &row.subdomain)).await?;
    for row in &mut rows {
        row.customer = names.get(&row.subdomain).cloned();
    }
    Ok(ListPage {
        rows,
        next: next.filter(|_| more).map(|c| c.encode()),
    })
}

/// The listing of a page, before anything of it is read.
async fn begin<'a>(
    actor: &Actor,
    tx: &'a Tx,
    apps: &'a [App],
    wanted: &'a ListQuery,
    narrow: &'a Narrow,
) -> Result<Listing<'a>, ListError> {
    let cursor = match wanted.after.as_deref() {
        Some(after) => Some(Cursor::decode(after).ok_or(ListError::BadCursor)?),
        None => None,
    };
    let found = accounts::search::find(actor, tx, &wanted.q).await?;
    let found = match &narrow.among {
        Some(few) => found.among(tx, few).await?,
        None => found,
    };
    Ok(Listing {
        tx,
        apps,
        wanted,
        narrow,
        found,
        sets: Listing::sets(tx, apps, wanted, narrow).await?,
        now: actor.now(),
        cursor,
    })
}
