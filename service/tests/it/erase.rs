//! Connections that are erased for good.

use crate::flow::{self, sub};
use domain::{health::Health, role::Role};
use service::{
    Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{self, Action, Filter},
    connections::{
        erase::{self, EraseError},
        links::{self, LinkOptions},
        show::show,
    },
};
use simulator::Endpoint;

/// Nothing of it is left but what the audit keeps; others stay.
#[tokio::test]
async fn an_erased_connection_leaves_nothing_but_audit() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        let id = f.account("acme").await.row.id;
        erase::erase(&f.owner, "returns", &sub("acme"))
            .await
            .unwrap();
        let gone = show(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert!(gone.is_none());
        assert_eq!(f.sim.requests("acme", Endpoint::Revoke).len(), 1);
        let id = f.world.uuid(id.0);
        for (table, column) in [
            ("connections", "id"),
            ("credentials", "owner_id"),
            ("reconnect_links", "connection_id"),
            ("events", "connection_id"),
        ] {
            let touched = format!("UPDATE {table} SET {column} = {column} WHERE {column} = {id}");
            assert_eq!(f.world.past(&touched).await, 0, "{table}");
        }
        assert_eq!(f.account("bolt").await.row.health, Health::Working);
        let entries = audit::list(&f.owner, &Filter::default(), None)
            .await
            .unwrap();
        assert!(
            entries
                .rows
                .iter()
                .any(|row| row.action == Action::ConnectionErased)
        );
        let again = erase::erase(&f.owner, "returns", &sub("acme")).await;
        assert!(matches!(again, Err(EraseError::NotFound)));
        f.connect("acme").await;
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}

/// One that should never have been: its name is reserved now, and it never held a token.
#[tokio::test]
async fn a_connection_with_a_reserved_name_can_be_erased() {
    flow::each(async |f| {
        links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        for table in ["connections", "reconnect_links"] {
            let rename = format!("UPDATE {table} SET subdomain = 'www'");
            assert_eq!(f.world.past(&rename).await, 1);
        }
        let account = f.account("www").await;
        assert_eq!(account.row.health, Health::NotConnected);
        erase::erase(&f.owner, "returns", &sub("www"))
            .await
            .unwrap();
        let gone = show(&f.owner, "returns", &sub("www")).await.unwrap();
        assert!(gone.is_none());
        assert!(f.sim.log().is_empty(), "nothing was sent there");
    })
    .await;
}

/// security.md 52, 61
#[tokio::test]
async fn s61_nobody_erases_what_they_may_not() {
    flow::each(async |f| {
        f.connect("acme").await;
        let other = f.world.app(&f.owner, "loyalty").await;
        let token = async |role, app| {
            let new = NewApiToken {
                app,
                ..NewApiToken::new("backend", role)
            };
            let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
                .await
                .unwrap();
            let actor =
                api_tokens::authenticate(&f.world.services, &token, &ApiRequest::default()).await;
            actor.unwrap()
        };
        let success = token(Role::Success, None).await;
        let refused = erase::erase(&success, "returns", &sub("acme")).await;
        assert!(matches!(refused, Err(EraseError::Forbidden(_))));
        let elsewhere = token(Role::Operator, Some(other.id)).await;
        let stranger = f.world.owner("pier").await;
        for actor in [&elsewhere, &stranger] {
            let refused = erase::erase(actor, "returns", &sub("acme")).await;
            assert!(matches!(refused, Err(EraseError::NotFound)));
        }
        assert_eq!(f.account("acme").await.row.health, Health::Working);
    })
    .await;
}
