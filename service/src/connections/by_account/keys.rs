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
use domain::{customer::Tag, health::Health};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
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
    snoozed: C,
}

const ACCOUNTS: Columns<account::Column> = Columns {
    subdomain: account::Column::Subdomain,
    health: account::Column::Health,
    since: account::Column::HealthSince,
    snoozed: account::Column::Snoozed,
};

const TAGS: Columns<account_tag::Column> = Columns {
    subdomain: account_tag::Column::Subdomain,
    health: account_tag::Column::Health,
    since: account_tag::Column::HealthSince,
    snoozed: account_tag::Column::Snoozed,
};

impl Keys<'_> {
    /// The first keys after the cursor.
    pub async fn first(&self, limit: u64) -> Result<Vec<Key>, InternalError> {
        match &self.wanted.tag {
            None => self.in_order(&self.accounts(), ACCOUNTS, limit).await,
            Some(tag) => self.in_order(&self.tagged(tag), TAGS, limit).await,
        }
    }

    fn accounts(&self) -> Select<account::Entity> {
        let all = self
            .found
            .rows::<account::Entity>(self.tx, account::Column::Subdomain);
        match self.wanted.owner {
            Some(owner) => all.filter(owner.condition()),
            None => all,
        }
    }

    fn tagged(&self, tag: &Tag) -> Select<account_tag::Entity> {
        use account_tag::Column;
        let all = self
            .found
            .rows::<account_tag::Entity>(self.tx, Column::Subdomain)
            .filter(Column::TagKey.eq(tag.key()));
        match self.wanted.owner {
            Some(owner) => {
                all.filter(owner.has_account(self.tx, (account_tag::Entity, Column::Subdomain)))
            }
            None => all,
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
        let keys: Vec<(_, _, _)> = self
            .ordered(all, columns, state, after)
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

    fn ordered<E: Owned>(
        &self,
        all: &Select<E>,
        columns: Columns<E::Column>,
        state: Option<Health>,
        after: Option<&Cursor>,
    ) -> Select<E> {
        let Columns {
            subdomain,
            health,
            since,
            snoozed,
        } = columns;
        let mut query = all.clone();
        if let Some(wanted) = self.wanted.states.snoozed() {
            query = query.filter(snoozed.eq(wanted));
        }
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
        query
            .select_only()
            .column(subdomain)
            .column(health)
            .column(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connections::by_account::{LookedAfter, States},
        testing::{
            World, on_each_database,
            plan::{plan, prefer_indexes},
        },
    };

    /// Whatever is asked for and in whatever order, an index has it in that order. With a
    /// few rows PostgreSQL would sort them, so that is made dear.
    #[tokio::test]
    async fn each_filter_and_order_has_an_index() {
        on_each_database(async |world| {
            let owner = world.owner("harbour").await;
            let tx = owner.read().await.unwrap();
            prefer_indexes(&tx).await;
            let me = owner.person().map(LookedAfter::By);
            let whose = [
                (None, None),
                (Some(LookedAfter::ByNobody), None),
                (me, None),
                (None, "vip".parse::<Tag>().ok()),
            ];
            let all_states = [
                States::All,
                States::NeedSomeone,
                States::Snoozed,
                States::One(Health::Working),
            ];
            let sorts = [Sort::Worst, Sort::Name, Sort::Changed];
            let of_states = all_states
                .iter()
                .flat_map(|states| sorts.map(|sort| (states, sort)));
            for (states, sort) in of_states {
                for (owner, tag) in &whose {
                    let wanted = AccountsQuery {
                        states: *states,
                        owner: *owner,
                        tag: tag.clone(),
                        sort,
                        ..AccountsQuery::default()
                    };
                    let keys = Keys {
                        tx: &tx,
                        found: Found::All,
                        wanted: &wanted,
                        after: None,
                    };
                    let each = *states != States::All || owner.is_some() || sort == Sort::Worst;
                    let state = each.then_some(Health::Disconnected);
                    let plan = match tag {
                        None => {
                            plan(&tx, keys.ordered(&keys.accounts(), ACCOUNTS, state, None)).await
                        }
                        Some(tag) => {
                            plan(&tx, keys.ordered(&keys.tagged(tag), TAGS, state, None)).await
                        }
                    };
                    for never in ["TEMP B-TREE", "Sort Key", "Seq Scan", "SCAN "] {
                        assert!(!plan.contains(never), "{wanted:?}: {plan}");
                    }
                    assert!(plan.to_lowercase().contains("index"), "{wanted:?}: {plan}");
                }
            }
        })
        .await;
    }

    /// Else a page would read all that is snoozed before it finds what needs somebody.
    /// SQLite has no statistics, as in all installations.
    #[tokio::test]
    async fn what_needs_somebody_begins_in_an_index_whatever_is_snoozed() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let owner = world.owner("harbour").await;
        let tx = owner.read().await.unwrap();
        let me = owner.person().map(LookedAfter::By);
        let tag: Option<Tag> = "vip".parse().ok();
        for states in [States::NeedSomeone, States::Snoozed] {
            for (owner, tag, sort, index) in [
                (None, None, Sort::Worst, "accounts_snoozed "),
                (None, None, Sort::Changed, "accounts_snoozed_since "),
                (me, None, Sort::Worst, "accounts_owner_snoozed "),
                (me, None, Sort::Changed, "accounts_owner_snoozed_since "),
                (None, tag.as_ref(), Sort::Name, "account_tags_snoozed "),
                (
                    None,
                    tag.as_ref(),
                    Sort::Changed,
                    "account_tags_snoozed_since ",
                ),
            ] {
                let wanted = AccountsQuery {
                    states,
                    owner,
                    tag: tag.cloned(),
                    sort,
                    ..AccountsQuery::default()
                };
                let keys = Keys {
                    tx: &tx,
                    found: Found::All,
                    wanted: &wanted,
                    after: None,
                };
                let lost = Some(Health::Disconnected);
                let plan = match tag {
                    None => plan(&tx, keys.ordered(&keys.accounts(), ACCOUNTS, lost, None)).await,
                    Some(tag) => plan(&tx, keys.ordered(&keys.tagged(tag), TAGS, lost, None)).await,
                };
                assert!(plan.contains(index), "{wanted:?}: {plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{wanted:?}: {plan}");
            }
        }
    }
}
