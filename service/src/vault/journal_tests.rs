use super::*;
use crate::{core::rows::Rows, entity::data_key, testing};
use domain::ids::{ConnectionId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

fn bound(services: &Services) -> Bound {
    Bound {
        tenant: TenantId(services.new_id()),
        connection: ConnectionId(services.new_id()),
        version: 3,
    }
}

async fn encryptions(services: &Services, key: &JournalKey) -> i64 {
    data_key::Entity::find_by_id(key.id().0)
        .row::<data_key::Model>(services.db.owner())
        .await
        .unwrap()
        .unwrap()
        .encryptions
}

#[test]
fn the_purpose_never_changes() {
    assert_eq!(PURPOSE, "journal.grant");
}

/// security.md 25: after the first call, sealing needs no database
#[tokio::test]
async fn the_key_is_in_memory_when_the_database_is_away() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let first = services.vault().journal_key(services).await.unwrap();
        world.past("ALTER TABLE data_keys RENAME TO gone").await;
        let second = services.vault().journal_key(services).await.unwrap();
        assert_eq!(first.id(), second.id());
        let named = services
            .vault()
            .journal_key_named(services, first.id())
            .await;
        assert!(named.is_err(), "not known is not the same as not there");
    })
    .await;
}

/// security.md 42: the journal's encryptions are counted, and its key is replaced
#[tokio::test]
async fn s42_the_journal_counts_and_changes_its_key() {
    testing::on_each_database(async |world| {
        let (services, vault) = (&world.services, &world.services.vault());
        let first = vault.journal_key(services).await.unwrap();
        let bound = bound(services);
        let (nonce, sealed) = first.seal(&*services.random, &bound, b"an answer").unwrap();
        for _ in 0..COUNTED_TOGETHER {
            vault.journal_key(services).await.unwrap();
        }
        assert_eq!(encryptions(services, &first).await, COUNTED_TOGETHER);
        data_key::Entity::update_many()
            .filter(data_key::Column::Id.eq(first.id().0))
            .col_expr(
                data_key::Column::Encryptions,
                Expr::value(ENCRYPTIONS_PER_KEY),
            )
            .exec(services.db.owner())
            .await
            .unwrap();
        for _ in 0..COUNTED_TOGETHER {
            vault.journal_key(services).await.unwrap();
        }
        let second = vault.journal_key(services).await.unwrap();
        assert_ne!(first.id(), second.id());
        let opened = vault.journal_key_named(services, first.id()).await.unwrap();
        let opened = opened.unwrap().open(&bound, &nonce, &sealed).unwrap();
        assert_eq!(**opened, *b"an answer");
        assert!(second.open(&bound, &nonce, &sealed).is_none());
    })
    .await;
}

/// A tenant's data key does not open the journal.
#[tokio::test]
async fn a_tenants_key_opens_no_entry() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let owner = world.owner("harbour").await;
        world.app(&owner, "returns").await;
        let of_tenant = data_key::Entity::find()
            .filter(data_key::Column::TenantId.is_not_null())
            .row::<data_key::Model>(services.db.owner())
            .await
            .unwrap()
            .unwrap();
        let id = of_tenant.id;
        let named = services.vault().journal_key_named(services, id).await;
        assert!(named.unwrap().is_none());
    })
    .await;
}
