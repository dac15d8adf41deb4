//! security.md 61: an API token that is tied to an app, even with the role of
//! an owner, reaches nothing of the tenant's other apps and nothing that
//! belongs to the whole tenant. What one account's use cases say stands in
//! `tenancy.rs`.

use crate::flow::{self, Flow, sub};
use domain::{permission::Permission, role::Role, time::Span};
use secrecy::SecretString;
use service::{
    Actor, Confirmed,
    api_tokens::{self, ApiRequest, CreateApiTokenError, NewApiToken, RevokeApiTokenError},
    apps::{
        self,
        form::{AppForm, AppFormError},
        secrets::{self, SecretError},
    },
    audit::{self, EraseError, Filter, ListAuditError, Whose},
    connections::{
        counts, events,
        links::{self, LinkOptions},
        overview::worker_beat,
    },
    keys::{self, KeysError},
    testing::OWNER,
};

/// A token with an owner's role for another app than the one with accounts.
async fn tied(f: &Flow) -> Actor {
    let loyalty = f.world.app(&f.owner, "loyalty").await;
    let new = NewApiToken {
        app: Some(loyalty.id),
        ..NewApiToken::new("tied", Role::Owner)
    };
    let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
        .await
        .unwrap();
    api_tokens::authenticate(&f.world.services, &token, &ApiRequest::default())
        .await
        .unwrap()
}

fn form(name: &str) -> AppForm {
    AppForm {
        name: name.into(),
        client_id: format!("{name}-id"),
        client_secret: Some(SecretString::from("s3cret")),
        scopes: vec!["offline".into()],
        ..Default::default()
    }
}

#[tokio::test]
async fn s61_a_token_tied_to_an_app_does_nothing_to_the_whole_tenant() {
    flow::each(async |f| {
        f.connect("acme").await;
        let tied = tied(&f).await;
        for permission in Permission::ALL {
            let may = tied.may(permission);
            assert_eq!(may, !permission.is_of_whole_tenant(), "{permission:?}");
        }
        let made = apps::create::create(&tied, &form("third")).await;
        assert!(matches!(made, Err(AppFormError::Forbidden(_))));
        assert_eq!(apps::list::all(&f.owner).await.unwrap().len(), 2);

        let recorded = audit::list(&f.owner, &Filter::default(), None).await;
        let recorded = recorded.unwrap().rows;
        assert!(recorded.iter().any(|row| row.actor_name.is_some()));
        let person = Whose::Person(f.owner.person().unwrap());
        let email = Whose::Email(format!("harbour-{OWNER}"));
        for whose in [person, email] {
            let erased = audit::erase(&tied, &whose).await;
            assert!(matches!(erased, Err(EraseError::Forbidden(_))), "{whose:?}");
        }
        let seen = audit::list(&tied, &Filter::default(), None).await;
        assert!(matches!(seen, Err(ListAuditError::Forbidden(_))));
        let after = audit::list(&f.owner, &Filter::default(), None).await;
        assert_eq!(
            after.unwrap().rows,
            recorded,
            "nothing erased, nothing added"
        );

        let keys = keys::status::show(&tied).await;
        assert!(matches!(keys, Err(KeysError::Forbidden(_))));
        let begun = keys::rotate::begin_as(&tied, &Confirmed::for_test(&tied)).await;
        assert!(matches!(begun, Err(KeysError::Forbidden(_))));
        assert_eq!(keys::status::show(&f.owner).await.unwrap().keys.len(), 1);

        let wide = NewApiToken::new("wide", Role::Viewer);
        let made = api_tokens::create(&tied, &Confirmed::for_test(&tied), wide.clone()).await;
        assert!(matches!(made, Err(CreateApiTokenError::Forbidden(_))));
        api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), wide)
            .await
            .unwrap();
        let others = api_tokens::list(&f.owner).await.unwrap()[0].id;
        let revoked = api_tokens::revoke(&tied, others).await;
        assert!(matches!(revoked, Err(RevokeApiTokenError::NotFound)));
        assert_eq!(api_tokens::list(&tied).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn s61_a_token_tied_to_an_app_touches_no_other_app() {
    flow::each(async |f| {
        f.connect("acme").await;
        let link = LinkOptions::default();
        links::create(&f.owner, "returns", &sub("acme"), link)
            .await
            .unwrap();
        let tied = tied(&f).await;
        let (id, secret) = (f.app.id, SecretString::from("another"));
        let edited = apps::edit::edit(&tied, id, &form("renamed")).await;
        assert!(matches!(edited, Err(AppFormError::NotFound)));
        let accepted = apps::accept_refusals::accept(&tied, id).await;
        assert!(matches!(accepted, Err(AppFormError::NotFound)));
        assert!(matches!(
            secrets::add::add(&tied, id, &secret).await,
            Err(SecretError::NotFound)
        ));
        secrets::add::add(&f.owner, id, &secret).await.unwrap();
        for refused in [
            secrets::discard::discard(&tied, id).await,
            secrets::switch::switch(&tied, id).await,
            secrets::roll_back::roll_back(&tied, id).await,
            secrets::show(&tied, id).await.map(|_| ()),
            secrets::test::test(&tied, id).await.map(|_| ()),
            secrets::test::test_in_use(&tied, id).await.map(|_| ()),
        ] {
            assert!(matches!(refused, Err(SecretError::NotFound)), "{refused:?}");
        }
        let slots = secrets::show(&f.owner, id).await.unwrap();
        assert!(slots.next.is_some_and(|next| next.tested.is_none()));
        let app = apps::list::one(&f.owner, "returns").await.unwrap().unwrap();
        assert_eq!(app.name, f.app.name);

        let seen = apps::list::all(&tied).await.unwrap();
        let seen: Vec<_> = seen.iter().map(|row| row.app.slug.as_str()).collect();
        assert_eq!(seen, ["loyalty"]);

        // Nor does it hear of the other app's accounts, even by their ids.
        let connection = f.account("acme").await.row.id;
        let timeline = events::of_connection(&tied, connection, None, 10).await;
        assert_eq!(timeline.unwrap(), []);
        assert_eq!(links::of_connection(&tied, connection).await.unwrap(), []);
        assert_eq!(counts::of_tenant(&tied).await.unwrap().total(), 0);
        f.world.clock.advance(Span::days(2));
        assert_eq!(worker_beat(&tied).await.unwrap().overdue, 0);
        assert_eq!(worker_beat(&f.owner).await.unwrap().overdue, 1);
    })
    .await;
}
