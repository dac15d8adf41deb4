//! Showing a client secret: to whom, after what, and what stands in the audit.

use crate::flow::{self, Flow};
use domain::role::Role;
use secrecy::ExposeSecret;
use service::{
    Actor, Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    apps::secrets::reveal::{RevealError, reveal},
    audit::{self, Action, AuditRow, Filter, Outcome},
    testing,
};

async fn shown(f: &Flow) -> Vec<AuditRow> {
    let filter = Filter {
        action: Some(Action::SecretShown),
        ..Filter::default()
    };
    audit::list(&f.owner, &filter, None).await.unwrap().rows
}

async fn try_as(f: &Flow, actor: &Actor) -> Result<String, RevealError> {
    let secret = reveal(actor, &Confirmed::for_test(actor), f.app.id).await?;
    Ok(secret.expose_secret().to_owned())
}

#[tokio::test]
async fn who_confirms_sees_it_and_is_named() {
    flow::each(async |f| {
        for role in [Role::Owner, Role::Operator] {
            let mut actor = f.owner.clone();
            actor.role = role;
            assert_eq!(try_as(&f, &actor).await.unwrap(), "returns-secret");
        }
        let rows = shown(&f).await;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].outcome, Outcome::Done);
        assert_eq!(
            (rows[0].target_kind.as_str(), rows[0].target.as_str()),
            ("app", "returns")
        );
        let email = format!("harbour-{}", testing::OWNER);
        assert_eq!(rows[0].actor_email.as_deref(), Some(email.as_str()));
    })
    .await;
}

/// security.md 53: the proof is the person's own
#[tokio::test]
async fn the_confirmation_of_another_shows_nothing() {
    flow::each(async |f| {
        let stranger = f.world.owner("elsewhere").await;
        let theirs = Confirmed::for_test(&stranger);
        let refused = reveal(&f.owner, &theirs, f.app.id).await;
        assert!(matches!(refused, Err(RevealError::Forbidden(_))));
        assert_eq!(shown(&f).await, []);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_sees_it() {
    flow::each(async |f| {
        for role in [Role::Success, Role::Viewer] {
            let mut actor = f.owner.clone();
            actor.role = role;
            let refused = try_as(&f, &actor).await;
            assert!(
                matches!(refused, Err(RevealError::Forbidden(_))),
                "{refused:?}"
            );
        }
        let new = NewApiToken::new("Backend", Role::Owner);
        let token = api_tokens::create(&f.owner, &Confirmed::for_test(&f.owner), new)
            .await
            .unwrap();
        let backend = api_tokens::authenticate(&f.world.services, &token, &ApiRequest::default())
            .await
            .unwrap();
        let refused = try_as(&f, &backend).await;
        assert!(
            matches!(refused, Err(RevealError::Forbidden(_))),
            "{refused:?}"
        );
        let stranger = f.world.owner("elsewhere").await;
        let refused = try_as(&f, &stranger).await;
        assert!(matches!(refused, Err(RevealError::NotFound)), "{refused:?}");
        assert_eq!(shown(&f).await, []);
    })
    .await;
}

#[tokio::test]
async fn s64_what_cannot_be_recorded_is_not_shown() {
    flow::each(async |f| {
        f.world.make_audit_unwritable().await;
        let refused = try_as(&f, &f.owner).await;
        let Err(RevealError::NotRecorded(_)) = &refused else {
            panic!("{refused:?}")
        };
        assert!(!format!("{refused:?}").contains("returns-secret"));
        f.world.make_audit_writable().await;
        assert_eq!(shown(&f).await, []);
        assert!(try_as(&f, &f.owner).await.is_ok());
    })
    .await;
}
