//! The rows of a page of connections: ranges of indexes, each in the order of the page,
//! put together. An app is a range; where scopes are asked for, so is each set of scopes
//! that fulfils it, of which an app has few (ADR 44).

use super::{
    ListError, ListQuery, Narrow, Sort,
    cursor::{Cursor, Keys},
};
use crate::{
    accounts::search::Found,
    connections::by_time::{ByTime, InState},
    core::{error::InternalError, rows::Rows},
    entity::{
        connection::{Column, Entity},
        connection_grant,
    },
    records::{
        app::App,
        connection::Record,
        granted_sets::{self, GrantedSet},
    },
    tenancy::Tx,
};
use domain::{
    health::Health,
    ids::{AppId, GrantedSetId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationDef, Select,
    sea_query::{Expr, ExprTrait},
};
use std::cmp::Reverse;

/// The most sets of an app that have a query each. With more, which no app is known to
/// have, the app is walked in its order and each connection looked at.
const MOST_SETS: usize = 200;

/// Connections that stand together in indexes, each in one of the orders of lists.
#[derive(Debug, Clone)]
enum Source<'a> {
    /// Those of an app.
    App(AppId),
    /// Those that have granted a set.
    Set(&'a GrantedSet),
    /// Those of an app that have granted one of more sets than have a query each.
    Sets(AppId, Vec<GrantedSetId>),
}

impl Source<'_> {
    fn keys(&self) -> Keys {
        match self {
            Self::Set(_) => Keys {
                subdomain: Expr::col(connection_grant::Column::Subdomain.as_column_ref()),
                since: Expr::col(connection_grant::Column::HealthSince.as_column_ref()),
            },
            Self::App(_) | Self::Sets(..) => Keys {
                subdomain: Expr::col(Column::Subdomain.as_column_ref()),
                since: Expr::col(Column::HealthSince.as_column_ref()),
            },
        }
    }

    /// Whether any of them can be stored in such a state.
    fn has(&self, state: &InState) -> bool {
        match (self, state.stored) {
            (Self::Set(set), Some(stored)) => set.get(stored) > 0,
            _ => true,
        }
    }
}

/// The page that is put together.
pub(super) struct Listing<'a> {
    pub tx: &'a Tx,
    pub apps: &'a [App],
    pub wanted: &'a ListQuery,
    pub narrow: &'a Narrow,
    pub found: Found,
    /// The sets that fulfil what is asked of scopes; `None` if nothing is.
    pub sets: Option<Vec<GrantedSet>>,
    pub now: Timestamp,
    pub cursor: Option<Cursor>,
}

impl Listing<'_> {
    /// The sets that fulfil what is asked of scopes.
    pub async fn sets(
        tx: &Tx,
        apps: &[App],
        wanted: &ListQuery,
        narrow: &Narrow,
    ) -> Result<Option<Vec<GrantedSet>>, InternalError> {
        if wanted.scope.is_none() && wanted.permissions.is_none() && !narrow.connected {
            return Ok(None);
        }
        let mut sets = granted_sets::of_apps(tx, apps.iter().map(|app| app.id)).await?;
        sets.retain(|set| {
            let granted = &set.granted;
            let mut scope = wanted.scope.iter();
            let mut filter = wanted.permissions.iter();
            let app = apps.iter().find(|app| app.id == set.app);
            (granted.is_connected() || !narrow.connected)
                && scope.all(|scope| granted.scopes.contains(scope.as_str()))
                && filter.all(|one| app.is_some_and(|app| one.shows(granted, &app.requested)))
        });
        Ok(Some(sets))
    }

    /// The first rows after the cursor, a few more at most.
    pub async fn first(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        let mut rows = match (self.wanted.sort, &self.narrow.states) {
            (Sort::Worst, _) => self.by_severity(limit).await?,
            (Sort::Changed, _) => self.by_change(limit).await?,
            (Sort::Name, Some(states)) => self.in_states(states, limit).await?,
            (Sort::Name, None) => self.by_name(limit).await?,
        };
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(rows)
    }

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
            let mut some = self.of_each(&by_time, state, here, left).await?;
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
            let some = self.of_each(&by_time, *state, self.cursor.as_ref(), limit);
            rows.extend(some.await?);
        }
        sort_by_name(&mut rows);
        Ok(rows)
    }

    /// Those in a state, by name, from each range.
    async fn of_each(
        &self,
        by_time: &ByTime,
        state: Health,
        cursor: Option<&Cursor>,
        limit: u64,
    ) -> Result<Vec<Record>, ListError> {
        let mut rows = Vec::new();
        for (source, states) in self.ranges(by_time, Some(&[state])) {
            for state in states {
                let query = Self::after_name(self.of(&source, state), &source.keys(), cursor);
                rows.extend(self.records(query, limit).await?);
            }
        }
        sort_by_name(&mut rows);
        Ok(rows)
    }

    /// The last change first.
    async fn by_change(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        let by_time = ByTime::find(self.tx, self.now).await?;
        let mut rows = Vec::new();
        for (source, states) in self.ranges(&by_time, self.narrow.states.as_deref()) {
            let query = self.last_changed(&source, states);
            rows.extend(self.records(query, limit).await?);
        }
        sort_by_change(&mut rows);
        Ok(rows)
    }

    /// Those of a range in any of these states, the last change first.
    fn last_changed(&self, source: &Source<'_>, states: Vec<InState>) -> Select<Entity> {
        let any = states
            .into_iter()
            .fold(Condition::any(), |any, state| any.add(state.condition));
        let keys = source.keys();
        // Within an app each name stands once.
        let query = self
            .of(source, InState::any(any))
            .order_by_desc(keys.since.clone())
            .order_by_desc(keys.subdomain.clone());
        match &self.cursor {
            Some(cursor) => query.filter(cursor.earlier(&keys)),
            None => query,
        }
    }

    async fn by_name(&self, limit: u64) -> Result<Vec<Record>, ListError> {
        if self.sets.is_none() {
            // One range of all apps.
            let apps = self.wanted_apps().map(|app| app.id);
            let query = self.searched().filter(Column::AppId.is_in(apps));
            let keys = Source::App(AppId(uuid::Uuid::nil())).keys();
            let query = Self::after_name(query, &keys, self.cursor.as_ref());
            return Ok(self.records(query.order_by_asc(Column::Id), limit).await?);
        }
        let mut rows = Vec::new();
        for (_, source) in self.sources() {
            let query = self.of(&source, InState::any(Condition::all()));
            let query = Self::after_name(query, &source.keys(), self.cursor.as_ref());
            rows.extend(self.records(query, limit).await?);
        }
        sort_by_name(&mut rows);
        Ok(rows)
    }

    /// The ranges of the wanted apps.
    fn sources(&self) -> Vec<(&App, Source<'_>)> {
        let Some(sets) = &self.sets else {
            let apps = self.wanted_apps();
            return apps.map(|app| (app, Source::App(app.id))).collect();
        };
        let mut sources = Vec::new();
        for app in self.wanted_apps() {
            let mine: Vec<_> = sets.iter().filter(|set| set.app == app.id).collect();
            if mine.len() > MOST_SETS {
                let ids = mine.iter().map(|set| set.id).collect();
                sources.push((app, Source::Sets(app.id, ids)));
            } else {
                sources.extend(mine.into_iter().map(|set| (app, Source::Set(set))));
            }
        }
        sources
    }

    /// The ranges with connections that may be shown in the states, and the conditions of
    /// those; without states, all ranges, and a condition that all fulfil.
    fn ranges(
        &self,
        by_time: &ByTime,
        states: Option<&[Health]>,
    ) -> Vec<(Source<'_>, Vec<InState>)> {
        let all = || InState::any(Condition::all());
        let of_app = |app: &App| match states {
            None => vec![all()],
            Some(states) if app.credentials.fault.is_some() => {
                let shown = states.contains(&Health::SetupFault);
                shown.then(all).into_iter().collect()
            }
            Some(states) => {
                let states = states.iter().filter(|state| **state != Health::SetupFault);
                let each = states.flat_map(|state| by_time.conditions(*state, self.now));
                each.collect()
            }
        };
        let ranges = self.sources().into_iter().map(|(app, source)| {
            let mut states = of_app(app);
            states.retain(|state| source.has(state));
            (source, states)
        });
        ranges.filter(|(_, states)| !states.is_empty()).collect()
    }

    async fn records(
        &self,
        query: Select<Entity>,
        limit: u64,
    ) -> Result<Vec<Record>, InternalError> {
        query.first(&**self.tx, limit, "the list of accounts").await
    }

    /// By name. Within an app each name stands once.
    fn after_name(query: Select<Entity>, keys: &Keys, cursor: Option<&Cursor>) -> Select<Entity> {
        let query = query.order_by_asc(keys.subdomain.clone());
        match cursor {
            None => query,
            Some(c) => query.filter(c.later_name(keys)),
        }
    }

    pub fn wanted_apps(&self) -> impl Iterator<Item = &App> {
        let wanted = self.wanted.app.as_ref();
        self.apps.iter().filter(move |app| {
            wanted.is_none_or(|w| app.slug.as_str() == w || app.id.to_string() == *w)
        })
    }

    /// The connections of a range in such a state.
    fn of(&self, source: &Source<'_>, state: InState) -> Select<Entity> {
        use connection_grant::Column as Grant;
        let all = self.searched().filter(state.condition);
        match source {
            Source::App(app) => all.filter(Column::AppId.eq(*app)),
            Source::Set(set) => {
                let along = all
                    .join(JoinType::InnerJoin, grants())
                    .filter(Grant::TenantId.eq(self.tx.tenant()))
                    .filter(Grant::SetId.eq(set.id));
                match state.stored {
                    Some(stored) => along.filter(Grant::Health.eq(stored.code())),
                    None => along,
                }
            }
            Source::Sets(app, ids) => {
                let same = Expr::col(Grant::ConnectionId.as_column_ref())
                    .eq(Expr::col(Column::Id.as_column_ref()));
                let granted = self
                    .tx
                    .all::<connection_grant::Entity>()
                    .filter(same)
                    .filter(Grant::SetId.is_in(ids.iter().copied()))
                    .select_only()
                    .column(Grant::ConnectionId);
                all.filter(Column::AppId.eq(*app))
                    .filter(Expr::exists(granted.into_query()))
            }
        }
    }

    /// With the filters that have no order of their own.
    pub fn searched(&self) -> Select<Entity> {
        let query = self.found.rows::<Entity>(self.tx, Column::Subdomain);
        query.filter(self.narrow.restrict.clone())
    }
}

/// From connections to their rows that name their sets.
pub(super) fn grants() -> RelationDef {
    Entity::belongs_to(connection_grant::Entity)
        .from(Column::Id)
        .to(connection_grant::Column::ConnectionId)
        .into()
}

pub(super) fn sort_by_name(rows: &mut [Record]) {
    rows.sort_by(|a, b| (a.subdomain.as_str(), a.id).cmp(&(b.subdomain.as_str(), b.id)));
}

pub(super) fn sort_by_change(rows: &mut [Record]) {
    let key = |row: &Record| (row.health_since, row.subdomain.to_string(), row.id);
    rows.sort_by_key(|row| Reverse(key(row)));
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
