//! The accounts list: search, filters, sorting, keyset pages.

use super::{counts, others, query, row::AccountRow, search};
use crate::{
    accounts,
    core::{contains::like, error::InternalError, rows::Rows},
    entity::connection::{Column, Entity},
    records::{app::App, connection::Record},
    tenancy::{Actor, Tx},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    health::Health, ids::ConnectionId, permission::Permission, scope::Scope, time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, ExprTrait},
};

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

/// The end of a page: the current state (in the order Worst), the sorting value, the id.
struct Cursor {
    severity: u8,
    value: String,
    id: ConnectionId,
}

impl Cursor {
    fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{} {} {}", self.severity, self.value, self.id))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split(' ');
        let cursor = Self {
            severity: parts.next()?.parse().ok()?,
            value: parts.next()?.to_owned(),
            id: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }
}

/// A page of the connections that the actor may see: one query for the apps,
/// then one (in the order Worst at most one for each state), each along an
/// index.
///
/// # Errors
/// [`ListError::BadCursor`] for an `after` that no page gave.
pub async fn list(actor: &Actor, wanted: &ListQuery) -> Result<ListPage, ListError> {
    let tx = actor.read().await?;
    let apps = counts::visible_apps(actor, &tx).await?;
    of_apps(actor, &tx, &apps, wanted).await
}

/// A page of the connections of these apps.
pub(super) async fn of_apps(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &ListQuery,
) -> Result<ListPage, ListError> {
    let (now, zone) = (actor.now(), actor.zone);
    let limit = wanted.limit.clamp(1, MOST);
    let cursor = match wanted.after.as_deref() {
        Some(after) => Some(Cursor::decode(after).ok_or(ListError::BadCursor)?),
        None => None,
    };
    let listing = Listing {
        tx,
        apps,
        wanted,
        sees_customers: actor.may(Permission::Look),
        now,
        cursor,
    };
    // One row more than the page shows whether there is another page.
    let mut records = match (wanted.sort, wanted.health) {
        (Sort::Worst, None) => listing.by_severity(limit + 1).await?,
        (_, health) => listing.plain(health, limit + 1).await?,
    };
    let more = records.len() as u64 > limit;
    records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut rows = Vec::with_capacity(records.len());
    let mut next = None;
    let alone = others::that_work(tx, records.iter()).await?;
    for record in records {
        let Some(app) = apps.iter().find(|a| a.id == record.app) else {
            continue;
        };
        let row = AccountRow::new(&record, app, alone.contains(&record.id), (now, zone));
        next = Some(Cursor {
            severity: row.health.severity(),
            value: match wanted.sort {
                Sort::Changed => record.health_since.0.to_string(),
                Sort::Worst | Sort::Name => row.subdomain.to_string(),
            },
            id: row.id,
        });
        rows.push(row);
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

struct Listing<'a> {
    tx: &'a Tx,
    apps: &'a [App],
    wanted: &'a ListQuery,
    sees_customers: bool,
    now: Timestamp,
    cursor: Option<Cursor>,
}

impl Listing<'_> {
    /// Goes through the states from the most urgent, each along its own index
    /// range, so that no sorting by a computed value is needed.
    async fn by_severity(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        let mut states = Health::ALL;
        states.sort_by_key(|h| h.severity());
        let mut rows = Vec::new();
        for state in states {
            let left = limit.saturating_sub(rows.len() as u64);
            let from = self.cursor.as_ref().map_or(0, |c| c.severity);
            if left == 0 || state.severity() < from {
                continue;
            }
            let here = self
                .cursor
                .as_ref()
                .filter(|c| c.severity == state.severity());
            let query = self.filtered(Some(state));
            rows.extend(self.records(Self::after_name(query, here), left).await?);
        }
        Ok(rows)
    }

    async fn plain(&self, health: Option<Health>, limit: u64) -> Result<Vec<Record>, ListError> {
        let query = self.filtered(health);
        let query = match self.wanted.sort {
            Sort::Worst | Sort::Name => Self::after_name(query, self.cursor.as_ref()),
            Sort::Changed => {
                let query = query
                    .order_by_desc(Column::HealthSince)
                    .order_by_desc(Column::Id);
                match &self.cursor {
                    None => query,
                    Some(c) => {
                        let since: i64 = c.value.parse().map_err(|_| ListError::BadCursor)?;
                        query.filter(
                            Condition::any().add(Column::HealthSince.lt(since)).add(
                                Condition::all()
                                    .add(Column::HealthSince.eq(since))
                                    .add(Column::Id.lt(c.id)),
                            ),
                        )
                    }
                }
            }
        };
        Ok(self.records(query, limit).await?)
    }

    async fn records(
        &self,
        query: Select<Entity>,
        limit: u64,
    ) -> Result<Vec<Record>, InternalError> {
        query.first(&**self.tx, limit, "the list of accounts").await
    }

    fn after_name(query: Select<Entity>, cursor: Option<&Cursor>) -> Select<Entity> {
        let query = query
            .order_by_asc(Column::Subdomain)
            .order_by_asc(Column::Id);
        match cursor {
            None => query,
            Some(c) => query.filter(
                Condition::any()
                    .add(Column::Subdomain.gt(c.value.as_str()))
                    .add(
                        Condition::all()
                            .add(Column::Subdomain.eq(c.value.as_str()))
                            .add(Column::Id.gt(c.id)),
                    ),
            ),
        }
    }

    fn filtered(&self, health: Option<Health>) -> Select<Entity> {
        let mut query = self.tx.all::<Entity>();
        match &self.wanted.app {
            Some(wanted) => {
                let found = self
                    .apps
                    .iter()
                    .find(|a| a.slug.as_str() == wanted || a.id.to_string() == *wanted);
                query = query.filter(Column::AppId.eq(found.map(|a| a.id)));
            }
            None => query = query.filter(Column::AppId.is_in(self.apps.iter().map(|a| a.id))),
        }
        if let Some(health) = health {
            query = query.filter(query::health_is(
                health,
                &query::faulty(self.apps),
                self.now,
            ));
        }
        if let Some(scope) = &self.wanted.scope {
            let padded = Expr::value(" ")
                .binary(
                    sea_orm::sea_query::BinOper::Custom("||"),
                    Expr::col(Column::GrantedScopes),
                )
                .binary(sea_orm::sea_query::BinOper::Custom("||"), Expr::value(" "));
            query = query.filter(padded.like(like(&format!(" {scope} "))));
        }
        match search::matches(self.tx, &self.wanted.q, self.sees_customers) {
            Some(found) => query.filter(found),
            None => query,
        }
    }
}
