//! The accounts list: search, filters, sorting, keyset pages.

use super::{by_time::ByTime, counts, others, row::AccountRow};
use crate::{
    accounts::{self, search::Found},
    core::{contains::like, error::InternalError, rows::Rows},
    entity::connection::{Column, Entity},
    records::{app::App, connection::Record},
    tenancy::{Actor, Tx},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    health::Health,
    ids::{AppId, ConnectionId},
    scope::Scope,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryOrder, Select,
    sea_query::{BinOper, Expr, ExprTrait},
};
use std::cmp::Reverse;

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

/// The end of a page: the last row's state (for the order Worst), when its stored health
/// began, its account and its id.
struct Cursor {
    severity: u8,
    since: Timestamp,
    subdomain: String,
    id: ConnectionId,
}

impl Cursor {
    fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!(
            "{} {} {} {}",
            self.severity, self.since.0, self.subdomain, self.id
        ))
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split(' ');
        let cursor = Self {
            severity: parts.next()?.parse().ok()?,
            since: Timestamp(parts.next()?.parse().ok()?),
            subdomain: parts.next()?.to_owned(),
            id: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    /// What comes after it by name. The first part is where the index begins.
    fn later_name(&self) -> Condition {
        let name = self.subdomain.as_str();
        let later = Condition::any()
            .add(Column::Subdomain.gt(name))
            .add(Column::Id.gt(self.id));
        Condition::all().add(Column::Subdomain.gte(name)).add(later)
    }

    /// What comes after it by the last change.
    fn earlier(&self) -> Condition {
        let name = self.subdomain.as_str();
        let before = Condition::any().add(Column::Subdomain.lt(name)).add(
            Condition::all()
                .add(Column::Subdomain.eq(name))
                .add(Column::Id.lt(self.id)),
        );
        let earlier = Condition::any()
            .add(Column::HealthSince.lt(self.since))
            .add(before);
        Condition::all()
            .add(Column::HealthSince.lte(self.since))
            .add(earlier)
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
    };
    page(actor, &tx, &apps, wanted, &narrow).await
}

/// What a page is limited to, beyond its query.
pub(super) struct Narrow {
    /// Only these states.
    pub states: Option<Vec<Health>>,
    /// Only connections that fulfil it.
    pub restrict: Condition,
}

/// A page of the connections of these apps.
pub(super) async fn page(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &ListQuery,
    narrow: &Narrow,
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
        narrow,
        found: accounts::search::find(actor, tx, &wanted.q).await?,
        now,
        cursor,
    };
    // One row more than the page shows whether there is another page.
    let mut records = match (wanted.sort, &narrow.states) {
        (Sort::Worst, _) => listing.by_severity(limit + 1).await?,
        (Sort::Changed, _) => listing.by_change(limit + 1).await?,
        (Sort::Name, Some(states)) => listing.in_states(states, limit + 1).await?,
        (Sort::Name, None) => listing.by_name(limit + 1).await?,
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
            since: record.health_since,
            subdomain: row.subdomain.to_string(),
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
    narrow: &'a Narrow,
    found: Found,
    now: Timestamp,
    cursor: Option<Cursor>,
}

impl Listing<'_> {
    /// Goes through the states from the most urgent, so that no sorting by a computed
    /// value is needed.
    async fn by_severity(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        let by_time = ByTime::find(self.tx, self.now).await?;
        let mut states = self
            .narrow
            .states
            .clone()
            .unwrap_or_else(|| Health::ALL.into());
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
            let mut some = self.of_each_app(&by_time, state, here, left).await?;
            some.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            rows.extend(some);
        }
        Ok(rows)
    }

    /// Those in these states, by name.
    async fn in_states(&self, states: &[Health], limit: u64) -> Result<Vec<Record>, ListError> {
        let by_time = ByTime::find(self.tx, self.now).await?;
        let mut rows = Vec::new();
        for state in states {
            let some = self.of_each_app(&by_time, *state, self.cursor.as_ref(), limit);
            rows.extend(some.await?);
        }
        rows.sort_by(|a, b| (a.subdomain.as_str(), a.id).cmp(&(b.subdomain.as_str(), b.id)));
        Ok(rows)
    }

    /// Those in a state, by name: each app has a range of the index.
    async fn of_each_app(
        &self,
        by_time: &ByTime,
        state: Health,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Vec<Record>, ListError> {
        let mut rows = Vec::new();
        for (app, conditions) in self.ranges(by_time, Some(&[state])) {
            for condition in conditions {
                let query = Self::after_name(self.of_app(app).filter(condition), cursor);
                rows.extend(self.records(query, limit).await?);
            }
        }
        rows.sort_by(|a, b| (a.subdomain.as_str(), a.id).cmp(&(b.subdomain.as_str(), b.id)));
        Ok(rows)
    }

    /// The last change first.
    async fn by_change(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        let by_time = ByTime::find(self.tx, self.now).await?;
        let mut rows = Vec::new();
        for (app, conditions) in self.ranges(&by_time, self.narrow.states.as_deref()) {
            let any = conditions
                .into_iter()
                .fold(Condition::any(), Condition::add);
            let mut query = self
                .of_app(app)
                .filter(any)
                .order_by_desc(Column::HealthSince)
                .order_by_desc(Column::Subdomain)
                .order_by_desc(Column::Id);
            if let Some(cursor) = &self.cursor {
                query = query.filter(cursor.earlier());
            }
            rows.extend(self.records(query, limit).await?);
        }
        let key = |row: &Record| (row.health_since, row.subdomain.to_string(), row.id);
        rows.sort_by_key(|row| Reverse(key(row)));
        Ok(rows)
    }

    async fn by_name(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        let apps = self.wanted_apps().map(|app| app.id);
        let query = self.searched().filter(Column::AppId.is_in(apps));
        let query = Self::after_name(query, self.cursor.as_ref());
        Ok(self.records(query, limit).await?)
    }

    /// The apps with connections that may be shown in the states, and the conditions of
    /// those; without states, all apps, and a condition that all fulfil.
    fn ranges(&self, by_time: &ByTime, states: Option<&[Health]>) -> Vec<(AppId, Vec<Condition>)> {
        let of_app = |app: &App| match states {
            None => vec![Condition::all()],
            Some(states) if app.credentials.fault.is_some() => {
                let shown = states.contains(&Health::SetupFault);
                shown.then(Condition::all).into_iter().collect()
            }
            Some(states) => {
                let states = states.iter().filter(|state| **state != Health::SetupFault);
                let each = states.flat_map(|state| by_time.conditions(*state, self.now));
                each.collect()
            }
        };
        let ranges = self.wanted_apps().map(|app| (app.id, of_app(app)));
        ranges
            .filter(|(_, conditions)| !conditions.is_empty())
            .collect()
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
            Some(c) => query.filter(c.later_name()),
        }
    }

    fn wanted_apps(&self) -> impl Iterator<Item = &App> {
        let wanted = self.wanted.app.as_ref();
        self.apps.iter().filter(move |app| {
            wanted.is_none_or(|w| app.slug.as_str() == w || app.id.to_string() == *w)
        })
    }

    fn of_app(&self, app: AppId) -> Select<Entity> {
        self.searched().filter(Column::AppId.eq(app))
    }

    /// With the filters that have no order of their own.
    fn searched(&self) -> Select<Entity> {
        let query = self.found.rows::<Entity>(self.tx, Column::Subdomain);
        let query = query.filter(self.narrow.restrict.clone());
        let Some(scope) = &self.wanted.scope else {
            return query;
        };
        let padded = Expr::value(" ")
            .binary(BinOper::Custom("||"), Expr::col(Column::GrantedScopes))
            .binary(BinOper::Custom("||"), Expr::value(" "));
        query.filter(padded.like(like(&format!(" {scope} "))))
    }
}
