//! Reconnect links: what uses them up, and what doesn't.

use crate::flow::{self, sub};
use domain::{error::AuthorizationProblem as Problem, health::Health, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Services,
    connections::{
        authorize::{self, BeginError},
        links::{self, LinkGone, LinkOptions, LinkStatus, Opened, PublicLink},
        result::Outcome,
    },
    core::expiry,
    worker,
};
use simulator::IdToken;

/// security.md 78: what is done with links while the clock is a year ahead is
/// what would be done by the right one.
/// Why a link can't be used.
async fn gone(services: &Services, token: &SecretString) -> LinkGone {
    match links::open(services, token).await {
        Ok(Opened::Gone(gone, _)) => gone,
        other => panic!("{other:?}"),
    }
}

/// The page of a link that can be used.
async fn usable(services: &Services, token: &SecretString) -> PublicLink {
    match links::open(services, token).await {
        Ok(Opened::Usable(link)) => *link,
        other => panic!("{other:?}"),
    }
}

/// The page of a link that was approved with.
async fn status(services: &Services, token: &SecretString) -> LinkStatus {
    match links::open(services, token).await {
        Ok(Opened::Approved(status)) => *status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s78_links_bear_a_clock_that_is_ahead() {
    flow::each(async |f| {
        let services = &f.world.services;
        let make = async |account: &str| {
            let usual = LinkOptions::default();
            let link = links::create(&f.owner, "returns", &sub(account), usual).await;
            let url = link.unwrap().url;
            SecretString::from(url.expose_secret().rsplit('/').next().unwrap())
        };
        let jump = async |span: Span| {
            f.world.clock.jump(span);
            expiry::look(services).await.unwrap();
        };
        worker::tidy(services).await.unwrap();
        let before = make("acme").await;
        jump(Span::days(365)).await;
        let ahead = make("bolt").await;
        // Gorgias' clock is right, so that what it signs would be old here.
        let account = f.sim.account("acme");
        account.id_token(IdToken::Absent).opaque_access_token(true);
        f.connect("acme").await;
        jump(Span::days(-365)).await;
        assert_eq!(gone(services, &before).await, LinkGone::Used);
        assert_eq!(usable(services, &ahead).await.subdomain, sub("bolt"));
        for _ in 0..8 {
            f.advance(Span::days(1));
            worker::tidy(services).await.unwrap();
        }
        let expired = gone(services, &ahead).await;
        assert_eq!(expired, LinkGone::Expired, "in its time");
    })
    .await;
}

#[tokio::test]
async fn a_link_is_used_up_by_an_approval_only() {
    flow::each(async |f| {
        let link = links::create(&f.owner, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        let token: SecretString = link.url.expose_secret().rsplit('/').next().unwrap().into();
        assert_eq!(f.account("acme").await.row.health, Health::NotConnected);
        for _ in 0..2 {
            let open = usable(&f.world.services, &token).await;
            assert_eq!(open.subdomain, sub("acme"));
            links::mark_opened(&f.world.services, &token).await.unwrap();
        }
        let begun = authorize::begin_with_link(&f.world.services, &token, None)
            .await
            .unwrap();
        let refused = f.ends(f.refuse(&begun)).await;
        assert!(matches!(refused, Outcome::Failed { .. }));
        let begun = authorize::begin_with_link(&f.world.services, &token, None)
            .await
            .unwrap();
        let outcome = f.ends(f.approve(&begun)).await;
        assert!(matches!(outcome, Outcome::Approved { .. }));
        let after = status(&f.world.services, &token).await;
        assert_eq!(after.subdomain, sub("acme"));
        let again = authorize::begin_with_link(&f.world.services, &token, None).await;
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
        let begun = authorize::begin_with_link(&f.world.services, &token, None)
            .await
            .unwrap();
        links::revoke(&f.owner, id).await.unwrap();
        assert_eq!(gone(&f.world.services, &token).await, LinkGone::Revoked);
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
        assert_eq!(gone(&f.world.services, &token).await, LinkGone::Expired);
    })
    .await;
}
