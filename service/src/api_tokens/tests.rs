//! Tests that need the rows: digests, expiry, tokens limited to an app.

use super::*;
use crate::{
    Actor, Confirmed, Services,
    core::{error::Forbidden, rows::Rows},
    entity::{api_token, app, tenant},
    tenancy::Who,
    testing,
};
use domain::{
    ids::{ApiTokenId, AppId, PersonId},
    role::Role,
    time::{Span, Timestamp},
};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::Expr};
use secrecy::ExposeSecret;

/// An owner of a new tenant.
async fn owner(services: &Services, slug: &str) -> Actor {
    let id = services.new_id();
    let tx = services.db.begin_write().await.unwrap();
    let row = tenant::ActiveModel {
        id: Set(id),
        slug: Set(slug.parse().unwrap()),
        name: Set(slug.into()),
        created_at: Set(Timestamp(0)),
        ..Default::default()
    };
    let row = tenant::Entity::insert(row)
        .exec_with_returning(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let who = Who::Person {
        id: PersonId(services.new_id()),
        name: "Anna".into(),
        email: "anna@example.com".into(),
    };
    Actor::new(
        services,
        row,
        who,
        Role::Owner,
        Option::<AppId>::None.into(),
    )
}

async fn app(actor: &Actor, slug: &str) -> AppId {
    let id = actor.new_id();
    let tx = actor.write().await.unwrap();
    let row = app::ActiveModel {
        id: Set(id),
        tenant_id: Set(actor.tenant()),
        slug: Set(slug.parse().unwrap()),
        name: Set(slug.to_uppercase()),
        client_id: Set("client".into()),
        requested_scopes: Set(domain::scope::ScopeSet::default()),
        after_install_url: Set(None),
        basic_encoding: Set(domain::basic_encoding::BasicEncoding::Raw),
        pkce: Set(false),
        fault_since: Set(None),
        probe_at: Set(None),
        created_at: Set(Timestamp(0)),
        updated_at: Set(Timestamp(0)),
        ..Default::default()
    };
    app::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

fn new(role: Role, app: Option<AppId>) -> NewApiToken {
    NewApiToken {
        app,
        ..NewApiToken::new("Backend", role)
    }
}

/// Security 59: hashed.
#[tokio::test]
async fn a_digest_alone_is_kept() {
    testing::on_each_database(async |world| {
        let actor = owner(&world.services, "harbour").await;
        let token = create(
            &actor,
            &Confirmed::for_test(&actor),
            new(Role::Operator, None),
        )
        .await
        .unwrap();
        let rows = api_token::Entity::find()
            .rows::<api_token::Model>(world.services.db.owner())
            .await
            .unwrap();
        assert_eq!(rows[0].token_hash, token_hash(&token));
        assert_eq!(rows[0].prefix.len(), 12);
        assert!(token.expose_secret().starts_with(&rows[0].prefix));
        assert!(!format!("{rows:?}").contains(&token.expose_secret()[SHOWN..]));
    })
    .await;
}

#[tokio::test]
async fn an_expired_token_is_nobodys() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let actor = owner(services, "harbour").await;
        let token = create(
            &actor,
            &Confirmed::for_test(&actor),
            new(Role::Viewer, None),
        )
        .await
        .unwrap();
        let end = services.now().plus(Span::minutes(5));
        let tx = actor.write().await.unwrap();
        tx.update::<api_token::Entity>()
            .col_expr(api_token::Column::ExpiresAt, Expr::value(end))
            .exec(&*tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(
            authenticate(services, &token, &ApiRequest::default())
                .await
                .is_ok()
        );
        world.clock.advance(Span::minutes(5));
        assert!(
            authenticate(services, &token, &ApiRequest::default())
                .await
                .is_err()
        );
    })
    .await;
}

/// Security 61, in the use case: a token limited to an app reaches no further.
#[tokio::test]
async fn a_token_tied_to_an_app_sees_and_makes_tokens_of_that_app_alone() {
    testing::on_each_database(async |world| {
        let services = &world.services;
        let (ours, theirs) = (
            owner(services, "harbour").await,
            owner(services, "pier").await,
        );
        let (returns, loyalty) = (app(&ours, "returns").await, app(&ours, "loyalty").await);
        let foreign = app(&theirs, "returns").await;

        let refused = create(
            &ours,
            &Confirmed::for_test(&ours),
            new(Role::Operator, Some(foreign)),
        )
        .await;
        let Err(CreateApiTokenError::Invalid(errors)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(errors[0].field, "app");

        let wide = create(&ours, &Confirmed::for_test(&ours), new(Role::Viewer, None))
            .await
            .unwrap();
        let tied = create(
            &ours,
            &Confirmed::for_test(&ours),
            new(Role::Owner, Some(returns)),
        )
        .await
        .unwrap();
        let tied = authenticate(services, &tied, &ApiRequest::default())
            .await
            .unwrap();
        assert_eq!(tied.apps, Some(returns).into());
        assert_eq!(tied.tenant(), ours.tenant());
        for other in [None, Some(loyalty)] {
            let refused =
                create(&tied, &Confirmed::for_test(&tied), new(Role::Viewer, other)).await;
            assert!(matches!(
                refused,
                Err(CreateApiTokenError::Forbidden(Forbidden))
            ));
        }
        create(
            &tied,
            &Confirmed::for_test(&tied),
            new(Role::Viewer, Some(returns)),
        )
        .await
        .unwrap();
        let seen = list(&tied).await.unwrap();
        assert_eq!(seen.len(), 2);
        assert!(
            seen.iter()
                .all(|t| t.app == Some((returns, "RETURNS".to_owned())))
        );
        let all = list(&ours).await.unwrap();
        assert_eq!(all.len(), 3);
        let other: ApiTokenId = all.iter().find(|t| t.app.is_none()).unwrap().id;
        assert!(matches!(
            revoke(&tied, other).await,
            Err(RevokeApiTokenError::NotFound)
        ));
        assert!(
            authenticate(services, &wide, &ApiRequest::default())
                .await
                .is_ok(),
            "still good"
        );
    })
    .await;
}
