//! security.md 64, 65: what is recorded, and what happens if it can't be.

use crate::flow::{self, Flow, sub};
use domain::{role::Role, time::Span};
use secrecy::SecretString;
use service::{
    Actor, Confirmed, Services,
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{self, Action, AuditRow, Filter, Outcome},
    connections::{
        check_now, disconnect, links,
        token::{self, TokenError},
    },
    people::{self, membership},
    testing,
};

/// A backend with an API token, on these services.
async fn backend(f: &Flow, services: &Services, name: &str) -> Actor {
    let new = NewApiToken::new(name, Role::Operator);
    let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
        .await
        .unwrap();
    as_caller(services, &token).await
}

async fn as_caller(services: &Services, token: &SecretString) -> Actor {
    api_tokens::authenticate(services, token, &ApiRequest::default())
        .await
        .unwrap()
}

async fn read(actor: &Actor) -> Result<token::ServedToken, TokenError> {
    token::read(actor, "returns", &sub("acme"), Span::minutes(1)).await
}

/// All entries of the tenant, oldest first.
async fn all(f: &Flow) -> Vec<AuditRow> {
    let mut rows = audit::list(&f.owner, &Filter::default(), None)
        .await
        .unwrap()
        .rows;
    rows.reverse();
    rows
}

async fn reads(f: &Flow) -> Vec<AuditRow> {
    let mut rows = all(f).await;
    rows.retain(|row| row.action == Action::TokenRead);
    rows
}

async fn is_whole(f: &Flow) {
    for report in audit::verify(&f.world.services, None).await.unwrap() {
        assert_eq!(report.broken, None);
    }
}

#[tokio::test]
async fn s64_without_an_entry_no_token_is_handed_out() {
    flow::each(async |f| {
        f.connect("acme").await;
        let caller = backend(&f, &f.world.services, "Returns backend").await;
        f.world.make_audit_unwritable().await;
        for _ in 0..3 {
            let refused = read(&caller).await;
            assert!(
                matches!(refused, Err(TokenError::AuditUnavailable)),
                "{refused:?}"
            );
        }
        // Changes don't happen unrecorded either; looking and signing in go on.
        let link = links::create(&f.owner, "returns", &sub("acme"), Default::default()).await;
        assert!(link.is_err());
        assert_eq!(f.account("acme").await.row.subdomain, sub("acme"));
        let password = SecretString::from(testing::PASSWORD);
        let email = format!("harbour-{}", testing::OWNER);
        let person = testing::sign_in(&f.world.services, &email, &password)
            .await
            .unwrap();
        people::signed_in(&f.world.services, person, None).await;

        f.world.make_audit_writable().await;
        assert!(read(&caller).await.is_ok());
        assert_eq!(reads(&f).await.len(), 1);
        is_whole(&f).await;
    })
    .await;
}

#[tokio::test]
async fn s64_fifty_reads_in_a_minute_make_one_entry_and_are_counted() {
    flow::each(async |f| {
        f.connect("acme").await;
        let caller = backend(&f, &f.world.services, "Returns backend").await;
        let answers = futures::future::join_all((0..50).map(|_| read(&caller))).await;
        assert!(answers.iter().all(Result::is_ok));
        let first = reads(&f).await;
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].actor_name.as_deref(), Some("Returns backend"));
        assert_eq!(
            (first[0].target.as_str(), first[0].repeats),
            ("returns/acme", 0)
        );

        // The next minute's entry takes the count along; what nobody takes along is flushed.
        f.advance(Span::minutes(1));
        for _ in 0..3 {
            read(&caller).await.unwrap();
        }
        audit::flush(&f.world.services, false).await.unwrap();
        let counts = |rows: &[AuditRow]| rows.iter().map(|r| r.repeats).collect::<Vec<_>>();
        assert_eq!(counts(&reads(&f).await), [0, 49]);
        f.advance(Span::minutes(1));
        for _ in 0..2 {
            audit::flush(&f.world.services, false).await.unwrap();
        }
        let rows = reads(&f).await;
        assert_eq!(counts(&rows), [0, 49, 1]);
        let told: i64 = rows.iter().map(|row| row.repeats + 1).sum();
        assert_eq!(told, 53, "each read is told of once");
        is_whole(&f).await;
    })
    .await;
}

#[tokio::test]
async fn s64_two_processes_record_the_first_read_of_a_minute_once() {
    flow::each(async |f| {
        f.connect("acme").await;
        let new = NewApiToken::new("Returns backend", Role::Operator);
        let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let second = f.world.second_process().await;
        let (one, two) = (
            as_caller(&f.world.services, &token).await,
            as_caller(&second, &token).await,
        );
        let other = backend(&f, &second, "Another").await;
        let (a, b, c) = tokio::join!(read(&one), read(&two), read(&other));
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(reads(&f).await.len(), 2, "one for each API token");
        audit::flush(&second, true).await.unwrap();
        audit::flush(&f.world.services, true).await.unwrap();
        let told: i64 = reads(&f).await.iter().map(|row| row.repeats + 1).sum();
        assert_eq!(told, 3);
        is_whole(&f).await;
    })
    .await;
}

#[tokio::test]
async fn whatever_is_done_is_recorded() {
    flow::each(async |f| {
        f.connect("acme").await;
        let acme = sub("acme");
        let link = links::create(&f.owner, "returns", &acme, Default::default())
            .await
            .unwrap();
        links::revoke(&f.owner, link.id).await.unwrap();
        check_now::check_now(&f.owner, "returns", &acme)
            .await
            .unwrap();
        let mut refusal = f.approved("acme").await;
        refusal.answer = Err("access_denied".into());
        refusal.address = "192.0.2.7".parse().ok();
        f.complete(refusal).await.unwrap();
        let form = service::apps::form::AppForm {
            name: "Returns and more".into(),
            client_id: "returns-id".into(),
            client_secret: Some(SecretString::from("canary-new-secret")),
            scopes: vec!["offline".into(), "openid".into()],
            ..Default::default()
        };
        service::apps::edit::edit(&f.owner, f.app.id, &form)
            .await
            .unwrap();
        let new = NewApiToken::new("Backend", Role::Operator);
        api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let id = api_tokens::list(&f.owner).await.unwrap()[0].id;
        for _ in 0..2 {
            api_tokens::revoke(&f.owner, id).await.unwrap();
        }
        disconnect::disconnect(&f.owner, "returns", &acme)
            .await
            .unwrap();
        service::apps::remove::remove(&f.owner, f.app.id)
            .await
            .unwrap();
        let me = f.owner.person().unwrap();
        let address = "2001:db8::1".parse().ok();
        people::signed_in(&f.world.services, me, address).await;
        people::signed_out(&f.world.services, me, None).await;

        let rows = all(&f).await;
        let told: Vec<_> = rows.iter().map(|r| (r.action, r.target.as_str())).collect();
        assert_eq!(
            told,
            [
                (Action::OwnerCreated, ""),
                (Action::AppCreated, "returns"),
                (Action::Authorized, "returns/acme"),
                (Action::LinkCreated, "returns/acme"),
                (Action::LinkRevoked, "returns/acme"),
                (Action::Checked, "returns/acme"),
                (Action::Authorized, "returns/acme"),
                (Action::AppEdited, "returns"),
                (Action::ApiTokenCreated, "Backend"),
                (Action::ApiTokenRevoked, "Backend"),
                (Action::Disconnected, "returns/acme"),
                (Action::AppRemoved, "returns"),
                (Action::SignedIn, ""),
                (Action::SignedOut, ""),
            ]
        );
        assert_eq!(rows[6].outcome, Outcome::Refused);
        assert_eq!(rows[6].address.as_deref(), Some("192.0.2.7"));
        assert_eq!(rows[7].detail, "name, client_secret, scopes");
        assert_eq!(rows[12].address.as_deref(), Some("2001:db8::1"));
        assert!(!format!("{rows:?}").contains("canary"));
        is_whole(&f).await;
    })
    .await;
}

#[tokio::test]
async fn s52_the_audit_is_for_owners_and_operators_of_the_tenant() {
    flow::each(async |f| {
        for role in Role::ALL {
            let new = NewApiToken::new(role.code(), role);
            let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
                .await
                .unwrap();
            let actor = as_caller(&f.world.services, &token).await;
            let seen = audit::list(&actor, &Filter::default(), None).await;
            assert_eq!(
                seen.is_ok(),
                matches!(role, Role::Owner | Role::Operator),
                "{role:?}"
            );
        }
        let stranger = f.world.owner("pier").await;
        let rows = audit::list(&stranger, &Filter::default(), None)
            .await
            .unwrap()
            .rows;
        assert_eq!(rows.len(), 1, "their own beginning alone");
        let tied = NewApiToken {
            app: Some(f.app.id),
            ..NewApiToken::new("tied", Role::Operator)
        };
        let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), tied)
            .await
            .unwrap();
        let actor = as_caller(&f.world.services, &token).await;
        assert!(
            audit::list(&actor, &Filter::default(), None).await.is_err(),
            "an API token for one app doesn't see the others' audit"
        );
        let person = f.owner.person().unwrap();
        assert!(
            membership::actor(&f.world.services, person, &"pier".parse().unwrap())
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn the_schemas_newest_step_can_be_taken_back_and_again() {
    flow::each(async |f| {
        let db = &f.world.services.db;
        db.migrate_down(1).await.unwrap();
        db.migrate().await.unwrap();
        links::create(&f.owner, "returns", &sub("acme"), Default::default())
            .await
            .unwrap();
        let rows = all(&f).await;
        assert_eq!(rows.last().map(|row| row.action), Some(Action::LinkCreated));
        is_whole(&f).await;
    })
    .await;
}
