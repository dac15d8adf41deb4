//! What a list of connections is limited to, where accounts are asked for by their owner
//! or tag: such lists walk in the order of an app.

use super::{super::list::Narrow, query::AccountsQuery};
use crate::{
    core::error::InternalError,
    entity::{Owned, account, account_tag},
    tenancy::Tx,
};
use domain::subdomain::Subdomain;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, Select};
use std::collections::BTreeSet;

/// The most accounts that are taken one by one; of more, a list walks in its own order and
/// looks at each, since it soon comes to one. As `accounts::search` does.
const FEW: u64 = 2_000;

impl AccountsQuery {
    /// What its connections are limited to.
    pub(super) async fn narrow(&self, tx: &Tx) -> Result<Narrow, InternalError> {
        self.narrow_at_most(tx, FEW).await
    }

    async fn narrow_at_most(&self, tx: &Tx, few: u64) -> Result<Narrow, InternalError> {
        Ok(Narrow {
            states: self.states.shown(),
            restrict: self.restrict(tx),
            among: self.few(tx, few).await?,
            connected: false,
        })
    }

    /// The accounts with the tag or of the owner, if they are so few.
    async fn few(&self, tx: &Tx, few: u64) -> Result<Option<BTreeSet<Subdomain>>, InternalError> {
        if let Some(tag) = &self.tag {
            let tagged = tx
                .all::<account_tag::Entity>()
                .filter(account_tag::Column::TagKey.eq(tag.key()));
            let found = at_most(tx, tagged, account_tag::Column::Subdomain, few).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let Some(owner) = self.owner else {
            return Ok(None);
        };
        let theirs = tx.all::<account::Entity>().filter(owner.condition());
        at_most(tx, theirs, account::Column::Subdomain, few).await
    }
}

/// The accounts that rows name, if they are so few.
async fn at_most<E: Owned>(
    tx: &Tx,
    rows: Select<E>,
    subdomain: E::Column,
    most: u64,
) -> Result<Option<BTreeSet<Subdomain>>, InternalError> {
    let found: Vec<Subdomain> = rows
        .select_only()
        .column(subdomain)
        .limit(most + 1)
        .into_tuple()
        .all(&**tx)
        .await?;
    let is_few = found.len() as u64 <= most;
    Ok(is_few.then(|| found.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::{self, CustomerChange},
        connections::{by_account::LookedAfter, counts::visible_apps, list::accounts_once},
        entity::connection,
        records::connection::Record,
        tenancy::Actor,
        testing::{World, on_each_database, plan::plan},
    };
    use domain::health::Health;
    use sea_orm::QueryOrder;

    async fn filled(world: &World) -> (Actor, Vec<AccountsQuery>) {
        let owner = world.owner("harbour").await;
        let app = world.app(&owner, "returns").await;
        let tx = owner.write().await.unwrap();
        for name in ["mine", "both", "tagged", "neither"] {
            let record = Record::offered(&world.services, app.id, name.parse().unwrap());
            record.insert(&tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let person = owner.person().unwrap();
        for (name, owned, tags) in [
            ("mine", true, &[][..]),
            ("both", true, &["VIP"]),
            ("tagged", false, &["VIP"]),
        ] {
            let change = CustomerChange {
                owner: owned.then(|| person.to_string()),
                tags: Some(tags.iter().map(ToString::to_string).collect()),
                ..CustomerChange::default()
            };
            let name = name.parse().unwrap();
            accounts::change(&owner, &name, &change).await.unwrap();
        }
        let base = AccountsQuery {
            app: Some("returns".into()),
            ..AccountsQuery::default()
        };
        let with = |owner, tag: Option<&str>, q: &str| AccountsQuery {
            owner,
            tag: tag.map(|tag| tag.parse().unwrap()),
            q: q.to_owned(),
            ..base.clone()
        };
        let me = Some(LookedAfter::By(person));
        let all = vec![
            with(me, None, ""),
            with(None, Some("vip"), ""),
            with(me, Some("vip"), ""),
            with(Some(LookedAfter::ByNobody), Some("vip"), ""),
            with(me, None, "oth"),
        ];
        (owner, all)
    }

    #[tokio::test]
    async fn few_and_many_are_the_same_accounts() {
        on_each_database(async |world| {
            let (owner, queries) = filled(&world).await;
            let tx = owner.read().await.unwrap();
            let apps = visible_apps(&owner, &tx).await.unwrap();
            let expected = [
                &["both", "mine"][..],
                &["both", "tagged"],
                &["both"],
                &["tagged"],
                &["both"],
            ];
            for (query, expected) in queries.iter().zip(expected) {
                for few in [0, FEW] {
                    let narrow = query.narrow_at_most(&tx, few).await.unwrap();
                    assert_eq!(narrow.among.is_some(), few > 0);
                    let wanted = query.of_connections();
                    let page = accounts_once(&owner, &tx, &apps, &wanted, &narrow);
                    let (found, _) = page.await.unwrap();
                    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
                    assert_eq!(names, expected, "{query:?}, at most {few}");
                }
            }
        })
        .await;
    }

    /// Else a page of an app would first read all accounts that nobody looks after.
    /// SQLite has no statistics, as in all installations.
    #[tokio::test]
    async fn an_app_is_walked_in_its_order_for_what_is_nobodys() {
        let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
        let (owner, _) = filled(&world).await;
        let tx = owner.read().await.unwrap();
        let app = visible_apps(&owner, &tx).await.unwrap().remove(0).id;
        let query = AccountsQuery {
            owner: Some(LookedAfter::ByNobody),
            ..AccountsQuery::default()
        };
        let walk = tx
            .all::<connection::Entity>()
            .filter(connection::Column::AppId.eq(app))
            .filter(connection::Column::Health.eq(Health::Working))
            .filter(query.restrict(&tx))
            .order_by_asc(connection::Column::Subdomain);
        let plan = plan(&tx, walk).await;
        let index = "connections_tenant_id_app_id_health_subdomain";
        assert!(plan.contains(index), "{plan}");
        for never in ["LIST SUBQUERY", "TEMP B-TREE", "SCAN "] {
            assert!(!plan.contains(never), "{plan}");
        }
    }
}
