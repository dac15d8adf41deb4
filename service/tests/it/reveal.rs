//! Showing a client secret: to whom, after what, and what stands in the audit.

use crate::flow::{self, Flow};
use domain::role::Role;
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor,
    api_tokens::{self, NewApiToken},
    apps::secrets::reveal::{RevealError, reveal},
    audit::{self, Action, AuditRow, Filter, Outcome},
    testing,
};

fn password() -> SecretString {
    SecretString::from(testing::PASSWORD)
}

async fn shown(f: &Flow) -> Vec<AuditRow> {
    let filter = Filter {
        action: Some(Action::SecretShown),
        ..Filter::default()
    };
    audit::list(&f.owner, &filter, None).await.unwrap().rows
}

async fn try_as(f: &Flow, actor: &Actor, password: &SecretString) -> Result<String, RevealError> {
    let secret = reveal(actor, f.app.id, password).await?;
    Ok(secret.expose_secret().to_owned())
}

#[tokio::test]
async fn who_signs_in_again_sees_it_and_is_named() {
    flow::each(async |f| {
        for role in [Role::Owner, Role::Operator] {
            let mut actor = f.owner.clone();
            actor.role = role;
            assert_eq!(
                try_as(&f, &actor, &password()).await.unwrap(),
                "returns-secret"
            );
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

/// security.md 49, 53: the password decides, and it is the person's own
#[tokio::test]
async fn another_password_shows_nothing_and_is_recorded() {
    flow::each(async |f| {
        f.world.owner("elsewhere").await;
        for wrong in ["", "wrong", &testing::PASSWORD.to_uppercase()] {
            let refused = try_as(&f, &f.owner, &SecretString::from(wrong)).await;
            assert!(
                matches!(refused, Err(RevealError::WrongPassword)),
                "{refused:?}"
            );
        }
        let rows = shown(&f).await;
        assert_eq!(rows.len(), 3);
        for row in rows {
            assert_eq!(
                (row.outcome, row.detail.as_str()),
                (Outcome::Refused, "password")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_else_sees_it() {
    flow::each(async |f| {
        for role in [Role::Success, Role::Viewer] {
            let mut actor = f.owner.clone();
            actor.role = role;
            let refused = try_as(&f, &actor, &password()).await;
            assert!(
                matches!(refused, Err(RevealError::Forbidden(_))),
                "{refused:?}"
            );
        }
        let new = NewApiToken::new("Backend", Role::Owner);
        let token = api_tokens::create(&f.owner, new).await.unwrap();
        let backend = api_tokens::authenticate(&f.world.services, &token, None)
            .await
            .unwrap();
        let refused = try_as(&f, &backend, &password()).await;
        assert!(
            matches!(refused, Err(RevealError::Forbidden(_))),
            "{refused:?}"
        );
        let stranger = f.world.owner("elsewhere").await;
        let refused = try_as(&f, &stranger, &password()).await;
        assert!(matches!(refused, Err(RevealError::NotFound)), "{refused:?}");
        assert_eq!(shown(&f).await, []);
    })
    .await;
}

#[tokio::test]
async fn s64_what_cannot_be_recorded_is_not_shown() {
    flow::each(async |f| {
        f.world.make_audit_unwritable().await;
        let refused = try_as(&f, &f.owner, &password()).await;
        let Err(RevealError::NotRecorded(_)) = &refused else {
            panic!("{refused:?}")
        };
        assert!(!format!("{refused:?}").contains("returns-secret"));
        f.world.make_audit_writable().await;
        assert_eq!(shown(&f).await, []);
        assert!(try_as(&f, &f.owner, &password()).await.is_ok());
    })
    .await;
}
