//! Reconnect links: what uses them up, and what doesn't.

use crate::flow::{self, sub};
use domain::{error::AuthorizationProblem as Problem, health::Health, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::connections::{
    authorize::{self, BeginError},
    links::{self, LinkGone, LinkOptions},
    result::Outcome,
};

#[tokio::test]
async fn a_link_is_used_up_by_an_approval_only() {
    flow::each(async |f| {
        let link = links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        let token: SecretString = link.url.expose_secret().rsplit('/').next().unwrap().into();
        assert_eq!(f.account("acme").await.row.health, Health::NotConnected);
        for _ in 0..2 {
            let open = links::open(&f.world.services, &token)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(open.subdomain, sub("acme"));
            links::mark_opened(&f.world.services, &token).await.unwrap();
        }
        let begun = authorize::begin_with_link(&f.world.services, &token)
            .await
            .unwrap();
        let refused = f.ends(f.refuse(&begun)).await;
        assert!(matches!(refused, Outcome::Failed { .. }));
        let begun = authorize::begin_with_link(&f.world.services, &token)
            .await
            .unwrap();
        let outcome = f.ends(f.approve(&begun)).await;
        assert!(matches!(outcome, Outcome::Approved { .. }));
        assert_eq!(
            links::open(&f.world.services, &token).await.unwrap(),
            Err(LinkGone::Used)
        );
        let again = authorize::begin_with_link(&f.world.services, &token).await;
        assert!(matches!(again, Err(BeginError::LinkGone(LinkGone::Used))));
        assert_eq!(
            f.timeline("acme").await,
            [
                "link_created",
                "link_opened",
                "not_approved",
                "connected",
                "health_changed"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_or_old_link_is_refused() {
    flow::each(async |f| {
        let make = async || {
            let link = links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
                .await
                .unwrap();
            let token: SecretString = link.url.expose_secret().rsplit('/').next().unwrap().into();
            (link.id, token)
        };
        let (id, token) = make().await;
        let begun = authorize::begin_with_link(&f.world.services, &token)
            .await
            .unwrap();
        links::revoke(&f.owner, id).await.unwrap();
        assert_eq!(
            links::open(&f.world.services, &token).await.unwrap(),
            Err(LinkGone::Revoked)
        );
        let outcome = f.ends(f.approve(&begun)).await;
        assert_eq!(
            outcome,
            Outcome::Failed {
                problem: Problem::LinkGone
            },
            "withdrawn while at Gorgias"
        );
        assert!(f.sim.token_requests("acme").is_empty());
        let (_, token) = make().await;
        f.advance(Span::days(7));
        assert_eq!(
            links::open(&f.world.services, &token).await.unwrap(),
            Err(LinkGone::Expired)
        );
    })
    .await;
}
