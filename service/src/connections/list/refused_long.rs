//! The accounts that are retried, but refused alone for so long that a person should look.
//! An index has those that are refused, which are few: all of them are read, and sorted here.

use super::{
    ListError, ListQuery, MOST, Narrow, Sort, begin, listing::Listing, once::AccountsOnce,
};
use crate::{
    connections::{counts::BOUND, others, query},
    core::rows::Rows,
    entity::connection::{Column, Entity},
    records::{app::App, connection::Record},
    tenancy::{Actor, Tx},
};
use domain::health::Health;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};

/// A page of these accounts; of more than [`BOUND`] connections that are refused, those
/// that are refused the longest.
pub(in crate::connections) async fn refused_long(
    actor: &Actor,
    tx: &Tx,
    apps: &[App],
    wanted: &ListQuery,
    narrow: &Narrow,
) -> Result<AccountsOnce, ListError> {
    let listing = begin(actor, tx, apps, wanted, narrow).await?;
    let mut refused: Vec<Record> = listing
        .refused()
        .limit(BOUND)
        .readable(&**tx, "accounts that are refused for long")
        .await?;
    let alone = others::that_work(tx, refused.iter()).await?;
    refused.retain(|record| alone.contains(&record.id));
    listing.keep_first(&mut refused);
    refused.retain(|record| listing.is_later(record));
    Ok(listing.page_of(refused, wanted.limit.clamp(1, MOST), false))
}

impl Listing<'_> {
    /// Those that are refused for long, alone or not, the longest first.
    fn refused(&self) -> Select<Entity> {
        self.with_scopes(self.searched())
            .filter(query::refused_long(self.now))
            .filter(query::own_health_is(Health::Retrying, self.now))
            .order_by_asc(Column::RefusedSince)
    }

    /// Whether it comes after the cursor. All of them are in one state, so that the most
    /// urgent first is by name.
    fn is_later(&self, record: &Record) -> bool {
        let Some(cursor) = &self.cursor else {
            return true;
        };
        let name = (record.subdomain.as_str(), record.id);
        let end = (cursor.subdomain.as_str(), cursor.id);
        match self.wanted.sort {
            Sort::Worst | Sort::Name => name > end,
            Sort::Changed => (record.health_since, name) < (cursor.since, end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connections::counts::visible_apps,
        testing::{
            on_each_database,
            plan::{plan, prefer_indexes},
        },
    };
    use sea_orm::Condition;

    /// Else a page would read all that is retried while Gorgias is down.
    #[tokio::test]
    async fn the_refused_are_read_along_their_index() {
        on_each_database(async |world| {
            let owner = world.owner("harbour").await;
            world.app(&owner, "returns").await;
            let tx = owner.read().await.unwrap();
            prefer_indexes(&tx).await;
            let apps = visible_apps(&owner, &tx).await.unwrap();
            let wanted = ListQuery::default();
            let narrow = Narrow {
                states: Some(vec![Health::Retrying]),
                restrict: Condition::all(),
                among: None,
                connected: false,
            };
            let listing = begin(&owner, &tx, &apps, &wanted, &narrow).await.unwrap();
            let plan = plan(&tx, listing.refused()).await;
            assert!(plan.contains("connections_refused"), "{plan}");
        })
        .await;
    }
}
