//! Which accounts a page shows, along one index for each state.

use super::{
    cursor::{Cursor, Key},
    query::{AccountsQuery, States},
};
use crate::{
    accounts::search::Found,
    connections::list::Sort,
    core::error::InternalError,
    entity::{Owned, account, account_tag},
    tenancy::Tx,
};
use domain::health::Health;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use std::cmp::Reverse;

/// The keys of a page.
pub(super) struct Keys<'a> {
    pub tx: &'a Tx,
    pub found: Found,
    pub wanted: &'a AccountsQuery,
    pub after: Option<Cursor>,
}

/// A table that has health and time of accounts, and its columns.
#[derive(Clone, Copy)]
struct Columns<C> {
    subdomain: C,
    health: C,
    since: C,
}

impl Keys<'_> {
    /// The first keys after the cursor.
    pub async fn first(&self, limit: u64) -> Result<Vec<Key>, InternalError> {
        match &self.wanted.tag {
            None => {
                use account::Column;
                let columns = Columns {
                    subdomain: Column::Subdomain,
                    health: Column::Health,
                    since: Column::HealthSince,
                };
                let mut all = self
                    .found
                    .rows::<account::Entity>(self.tx, Column::Subdomain);
                if let Some(owner) = self.wanted.owner {
                    all = all.filter(owner.condition());
                }
                self.in_order(&all, columns, limit).await
            }
            Some(tag) => {
                use account_tag::Column;
                let columns = Columns {
                    subdomain: Column::Subdomain,
                    health: Column::Health,
                    since: Column::HealthSince,
                };
                let mut all = self
                    .found
                    .rows::<account_tag::Entity>(self.tx, Column::Subdomain)
                    .filter(Column::TagKey.eq(tag.key()));
                if let Some(owner) = self.wanted.owner {
                    let theirs = self
                        .tx
                        .all::<account::Entity>()
                        .filter(owner.condition())
                        .select_only()
                        .column(account::Column::Subdomain);
                    all = all.filter(Column::Subdomain.in_subquery(theirs.into_query()));
                }
                self.in_order(&all, columns, limit).await
            }
        }
    }

    async fn in_order<E: Owned>(
        &self,
        all: &Select<E>,
        columns: Columns<E::Column>,
        limit: u64,
    ) -> Result<Vec<Key>, InternalError> {
        let states = self.wanted.states.stored();
        let mut keys = Vec::new();
        if self.wanted.sort == Sort::Worst {
            for state in states {
                let left = limit.saturating_sub(keys.len() as u64);
                let after = self.after.as_ref();
                let from = after.map_or(0, |cursor| cursor.severity);
                if left == 0 || state.severity() < from {
                    continue;
                }
                let after = after.filter(|_| state.severity() == from);
                let some = self.some(all, columns, Some(state), after, left);
                keys.extend(some.await?);
            }
            return Ok(keys);
        }
        let after = self.after.as_ref();
        // Of an owner's accounts, there is no index by name alone.
        if self.wanted.states != States::All || self.wanted.owner.is_some() {
            for state in states {
                let some = self.some(all, columns, Some(state), after, limit);
                keys.extend(some.await?);
            }
        } else {
            keys = self.some(all, columns, None, after, limit).await?;
        }
        match self.wanted.sort {
            Sort::Changed => {
                keys.sort_by_key(|key| Reverse((key.since, key.subdomain.to_string())))
            }
            Sort::Name | Sort::Worst => {
                keys.sort_by(|a, b| a.subdomain.as_str().cmp(b.subdomain.as_str()));
            }
        }
        keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(keys)
    }

    /// The first ones in a state, or in any.
    async fn some<E: Owned>(
        &self,
        all: &Select<E>,
        columns: Columns<E::Column>,
        state: Option<Health>,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Vec<Key>, InternalError> {
        let Columns {
            subdomain,
            health,
            since,
        } = columns;
        let mut query = all.clone();
        if let Some(state) = state {
            query = query.filter(health.eq(state.code()));
        }
        query = match self.wanted.sort {
            Sort::Changed => {
                let query = query.order_by_desc(since).order_by_desc(subdomain);
                match after {
                    Some(cursor) => query.filter(cursor.earlier(since, subdomain)),
                    None => query,
                }
            }
            Sort::Name | Sort::Worst => {
                let query = query.order_by_asc(subdomain);
                match after {
                    Some(cursor) => query.filter(cursor.later_name(subdomain)),
                    None => query,
                }
            }
        };
        let keys: Vec<(_, _, _)> = query
            .select_only()
            .column(subdomain)
            .column(health)
            .column(since)
            .limit(limit)
            .into_tuple()
            .all(&**self.tx)
            .await?;
        let key = |(subdomain, health, since)| Key {
            subdomain,
            health,
            since,
        };
        Ok(keys.into_iter().map(key).collect())
    }
}
