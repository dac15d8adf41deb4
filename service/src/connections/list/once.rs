//! The accounts of the connections that a list finds. Each comes once over all pages: at
//! its first connection in the order of the list.

use super::{
    ListError, ListQuery, MOST, Narrow, Sort, begin,
    cursor::Cursor,
    listing::{Listing, grants, sort_by_change, sort_by_name},
};
use crate::{
    accounts::search::Found,
    core::{error::InternalError, rows::Rows},
    entity::{
        connection::{Column, Entity},
        connection_grant,
    },
    records::{app::App, connection::Record},
    tenancy::{Actor, Tx},
};
use domain::{health::Health, ids::ConnectionId, subdomain::Subdomain};
use sea_orm::{ColumnTrait, JoinType, QueryFilter, QuerySelect, Select};
use std::collections::{BTreeSet, HashSet};

/// So often a page is filled up where accounts came on a page before. If that isn't enough,
/// it is short and its `next` goes on, so that no page reads all connections.
const MOST_ROUNDS: usize = 10;

/// Accounts, each with the connection that it is listed for, and the `after` of the next
/// page.
pub(in crate::connections) type AccountsOnce = (Vec<(Subdomain, ConnectionId)>, Option<String>);

/// A page of the accounts whose connections a list finds.
pub(in crate::connections) async fn accounts_once(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &ListQuery,
    narrow: &Narrow,
) -> Result<AccountsOnce, ListError> {
    let limit = wanted.limit.clamp(1, MOST);
    let mut listing = begin(actor, tx, apps, wanted, narrow).await?;
    let mut accounts: Vec<Record> = Vec::new();
    // One more than the page shows whether there is another page.
    let mut at_once = limit + 1;
    let mut more = true;
    for _ in 0..MOST_ROUNDS {
        let records = listing.first(at_once).await?;
        more = records.len() as u64 >= at_once;
        let end = records.last().map(|record| listing.place(record));
        let leading = listing.leading(&records).await?;
        accounts.extend(
            records
                .into_iter()
                .filter(|record| leading.contains(&record.id)),
        );
        listing.cursor = end;
        if !more || accounts.len() as u64 > limit {
            break;
        }
        at_once = MOST;
    }
    Ok(listing.page_of(accounts, limit, more))
}

impl Listing<'_> {
    /// Where a page ends that ends with this record.
    pub fn place(&self, record: &Record) -> Cursor {
        Cursor {
            severity: self.found_in(record).severity(),
            since: record.health_since,
            subdomain: record.subdomain.to_string(),
            id: record.id,
        }
    }

    /// The state that it is found in: a row that is shown may be ahead of what is stored.
    fn found_in(&self, record: &Record) -> Health {
        let app = self.apps.iter().find(|app| app.id == record.app);
        let rejected = app.and_then(|app| app.credentials.rejected_since());
        Health::of(&record.condition(rejected), self.now)
    }

    /// So many of these accounts. If there are no more of them, but of connections, the
    /// next page begins after the last one that was looked at.
    pub fn page_of(&self, mut accounts: Vec<Record>, limit: u64, more: bool) -> AccountsOnce {
        let next = if accounts.len() as u64 > limit {
            accounts.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            accounts.last().map(|record| self.place(record).encode())
        } else {
            let looked_at = self.cursor.as_ref().filter(|_| more);
            looked_at.map(Cursor::encode)
        };
        let accounts = accounts
            .into_iter()
            .map(|record| (record.subdomain, record.id));
        (accounts.collect(), next)
    }

    /// Those of the records before which no other one of their account is found.
    async fn leading(&self, records: &[Record]) -> Result<HashSet<ConnectionId>, InternalError> {
        // Within an app each account stands once.
        if records.is_empty() || self.wanted_apps().nth(1).is_none() {
            return Ok(records.iter().map(|record| record.id).collect());
        }
        // Text, owner, tag and snooze are of the account: its connections have them all.
        let names: BTreeSet<Subdomain> = records
            .iter()
            .map(|record| record.subdomain.clone())
            .collect();
        let theirs = Found::Few(names.into_iter().collect());
        let theirs = self.with_scopes(theirs.rows::<Entity>(self.tx, Column::Subdomain));
        let mut theirs: Vec<Record> = theirs
            .filter(Column::AppId.is_in(self.wanted_apps().map(|app| app.id)))
            .readable(&**self.tx, "the connections of listed accounts")
            .await?;
        self.keep_first(&mut theirs);
        Ok(theirs.into_iter().map(|record| record.id).collect())
    }

    /// Those whose scopes are as asked for. They are looked up one by one.
    pub fn with_scopes(&self, query: Select<Entity>) -> Select<Entity> {
        let Some(sets) = &self.sets else {
            return query;
        };
        query
            .join(JoinType::InnerJoin, grants())
            .filter(connection_grant::Column::SetId.is_in(sets.iter().map(|set| set.id)))
    }

    /// Keeps of each account its first connection that is in a wanted app and state, in
    /// the order of the list.
    pub fn keep_first(&self, records: &mut Vec<Record>) {
        let states = self.narrow.states.as_deref();
        records.retain(|record| {
            self.wanted_apps().any(|app| app.id == record.app)
                && states.is_none_or(|states| states.contains(&self.found_in(record)))
        });
        match self.wanted.sort {
            Sort::Worst => records.sort_by_cached_key(|record| {
                let severity = self.found_in(record).severity();
                (severity, record.subdomain.to_string(), record.id)
            }),
            Sort::Name => sort_by_name(records),
            Sort::Changed => sort_by_change(records),
        }
        let mut known = HashSet::new();
        records.retain(|record| known.insert(record.subdomain.clone()));
    }
}
