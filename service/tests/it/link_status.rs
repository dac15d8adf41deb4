//! The customer's side of a link: its language, and its page after the approval.

use crate::flow::{self, Flow, sub};
use domain::{
    customer::Language, customer_words::CustomerState, error::AuthorizationProblem as Problem,
    time::Span,
};
use secrecy::{ExposeSecret, SecretString};
use service::{
    connections::{
        authorize::{self, BeginError},
        disconnect::disconnect,
        erase::erase,
        links::{self, LinkGone, LinkOptions, LinkStatus, Opened, STATUS_LIFE},
        result::{self, Again, AuthorizationResult, Outcome},
    },
    worker,
};

async fn link(f: &Flow, account: &str, language: Option<Language>) -> SecretString {
    let options = LinkOptions {
        language,
        ..LinkOptions::default()
    };
    let link = links::create(&f.owner, "returns", &sub(account), options)
        .await
        .unwrap();
    link.url.expose_secret().rsplit('/').next().unwrap().into()
}

async fn begun(f: &Flow, token: &SecretString, chosen: Option<Language>) -> flow::Begun {
    authorize::begin_with_link(&f.world.services, token, chosen)
        .await
        .unwrap()
}

async fn approved(f: &Flow, account: &str) -> SecretString {
    let token = link(f, account, Some(Language::German)).await;
    let begun = begun(f, &token, None).await;
    let outcome = f.ends(f.approve(&begun)).await;
    assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
    token
}

async fn opened(f: &Flow, token: &SecretString) -> Opened {
    links::open(&f.world.services, token).await.unwrap()
}

async fn status(f: &Flow, token: &SecretString) -> LinkStatus {
    match opened(f, token).await {
        Opened::Approved(status) => *status,
        other => panic!("{other:?}"),
    }
}

async fn gone(f: &Flow, token: &SecretString) -> LinkGone {
    match opened(f, token).await {
        Opened::Gone(gone, _) => gone,
        other => panic!("{other:?}"),
    }
}

async fn shown(f: &Flow, begun: &flow::Begun, approve: bool) -> AuthorizationResult {
    let back = match approve {
        true => f.approve(begun),
        false => f.refuse(begun),
    };
    let id = f.complete(back).await.unwrap();
    result::show(&f.world.services, f.app.id, id, &f.browser)
        .await
        .unwrap()
        .unwrap()
}

/// After the approval, the link's page says how the account is, and by whom it was
/// approved, but nothing that its people don't know.
#[tokio::test]
async fn a_used_link_shows_how_its_account_is() {
    flow::each(async |f| {
        let account = f.sim.account("acme");
        account.user_name("Ann Lee", "ann.lee@acme.example");
        let token = approved(&f, "acme").await;
        let found = status(&f, &token).await;
        assert_eq!(found.state, CustomerState::Works);
        assert_eq!(found.approved_by.as_deref(), Some("Ann Lee"));
        assert_eq!(found.language, Some(Language::German));
        assert_eq!(found.granted, f.app.requested);
        assert!(found.connected && found.missing.is_empty() && found.again.is_none());
        let said = format!("{found:?}");
        assert!(!said.contains("ann.lee@acme.example"), "{said}");
        assert!(!said.contains(token.expose_secret()), "{said}");

        f.sim.deactivate("acme");
        f.advance(Span::days(1));
        worker::tick(&f.world.services).await.unwrap();
        f.advance(Span::minutes(10));
        worker::tick(&f.world.services).await.unwrap();
        let found = status(&f, &token).await;
        assert_eq!(found.state, CustomerState::NeedsApproval, "{found:?}");
        assert!(!found.connected && found.granted.is_empty());
        assert_eq!(found.last_seen, None);
        let again = found.again.unwrap();
        assert!(again.ends_with("/install?account=acme"), "{again}");
    })
    .await;
}

#[tokio::test]
async fn a_status_is_shown_for_thirty_days() {
    flow::each(async |f| {
        let token = approved(&f, "acme").await;
        f.advance(Span(STATUS_LIFE.0 - Span::minutes(1).0));
        assert_eq!(status(&f, &token).await.subdomain, sub("acme"));
        f.advance(Span::minutes(1));
        assert_eq!(gone(&f, &token).await, LinkGone::Used);
    })
    .await;
}

/// Who disconnected it on purpose isn't the customer's; an erased account has no page.
#[tokio::test]
async fn a_status_ends_with_its_account() {
    flow::each(async |f| {
        let token = approved(&f, "acme").await;
        disconnect(&f.owner, "returns", &sub("acme")).await.unwrap();
        let found = status(&f, &token).await;
        assert!(!found.connected && found.granted.is_empty());
        assert!(!format!("{found:?}").contains("harbour-owner"));
        erase(&f.owner, "returns", &sub("acme")).await.unwrap();
        assert_eq!(gone(&f, &token).await, LinkGone::Unknown);
    })
    .await;
}

/// What was granted and what is missing is said; what an outage is, isn't.
#[tokio::test]
async fn a_status_tells_what_is_missing_and_no_failures() {
    flow::each(async |f| {
        let account = f.sim.account("acme");
        account.granted_scope(Some("openid offline"));
        let token = approved(&f, "acme").await;
        let found = status(&f, &token).await;
        assert_eq!(found.state, CustomerState::Works);
        assert!(!found.missing.is_empty() && found.again.is_some());
        f.sim.rotate_secret("returns-id", "another");
        f.app_refused("acme").await;
        let found = status(&f, &token).await;
        assert_eq!(found.state, CustomerState::LookedAt);
        let said = format!("{found:?}");
        assert!(!said.contains("invalid_client"), "{said}");
    })
    .await;
}

/// A link that another approval ended isn't the page of that approval.
#[tokio::test]
async fn only_the_link_that_was_approved_with_shows_a_status() {
    flow::each(async |f| {
        let other = link(&f, "acme", None).await;
        let installed = link(&f, "bolt", None).await;
        approved(&f, "acme").await;
        f.connect("bolt").await;
        assert_eq!(gone(&f, &other).await, LinkGone::Used);
        assert_eq!(gone(&f, &installed).await, LinkGone::Used);
    })
    .await;
}

/// security.md 52: the same account at another tenant is another thing.
#[tokio::test]
async fn s52_a_status_shows_nothing_of_another_tenant() {
    flow::each(async |f| {
        let token = approved(&f, "acme").await;
        let other = f.world.owner("other").await;
        let app = f.world.app(&other, "returns").await;
        let theirs = links::create(&other, "returns", &sub("acme"), LinkOptions::default())
            .await
            .unwrap();
        let theirs: SecretString = theirs
            .url
            .expose_secret()
            .rsplit('/')
            .next()
            .unwrap()
            .into();
        let Opened::Usable(usable) = opened(&f, &theirs).await else {
            panic!("it was never used");
        };
        assert_ne!(usable.brand.name, status(&f, &token).await.brand.name);
        let found = status(&f, &token).await;
        assert!(!format!("{found:?}").contains(&usable.brand.name));
        // Nobody begins again what was begun at another app.
        let begun = begun(&f, &link(&f, "acme", None).await, None).await;
        let id = f.complete(f.refuse(&begun)).await.unwrap();
        let services = &f.world.services;
        let again = authorize::begin_again(services, app.id, id, &f.browser, None).await;
        assert!(matches!(again, Err(BeginError::NotFound)), "{again:?}");
    })
    .await;
}

/// The language goes along to the result: the one that was chosen, else the link's.
#[tokio::test]
async fn the_language_comes_back_with_the_approval() {
    flow::each(async |f| {
        for (of_link, chosen, expected) in [
            (None, None, None),
            (Some(Language::German), None, Some(Language::German)),
            (
                Some(Language::German),
                Some(Language::French),
                Some(Language::French),
            ),
            (None, Some(Language::Spanish), Some(Language::Spanish)),
        ] {
            let token = link(&f, "acme", of_link).await;
            let begun = begun(&f, &token, chosen).await;
            let result = shown(&f, &begun, true).await;
            assert_eq!(result.language, expected);
            assert!(!result.is_for_colleague());
        }
        let by_owner = f.begun_by_owner("acme").await;
        let person = f.owner.person();
        let id = f.complete_as(f.approve(&by_owner), person).await.unwrap();
        let result = result::show(&f.world.services, f.app.id, id, &f.browser).await;
        assert!(result.unwrap().unwrap().is_for_colleague());
    })
    .await;
}

/// What was refused begins again with the same link, in the same browser alone.
#[tokio::test]
async fn a_refused_approval_begins_again_with_its_link() {
    flow::each(async |f| {
        let services = &f.world.services;
        let token = link(&f, "acme", Some(Language::French)).await;
        let first = begun(&f, &token, None).await;
        let id = f.complete(f.refuse(&first)).await.unwrap();
        let result = result::show(services, f.app.id, id, &f.browser).await;
        assert_eq!(result.unwrap().unwrap().again, Again::Link);
        let stranger = f.world.browser();
        let refused = authorize::begin_again(services, f.app.id, id, &stranger, None).await;
        assert!(matches!(refused, Err(BeginError::NotFound)));
        let again = authorize::begin_again(services, f.app.id, id, &f.browser, None)
            .await
            .unwrap();
        let result = shown(&f, &again, true).await;
        assert!(matches!(result.outcome, Outcome::Approved { .. }));
        assert_eq!(result.language, Some(Language::French));
        // The link has done its work.
        let used = authorize::begin_again(services, f.app.id, id, &f.browser, None).await;
        assert!(matches!(used, Err(BeginError::LinkGone(LinkGone::Used))));
        let result = result::show(services, f.app.id, id, &f.browser).await;
        let result = result.unwrap().unwrap();
        assert_eq!(result.again, Again::Nowhere);
        let problem = Problem::Refused {
            code: "access_denied".into(),
        };
        assert_eq!(result.outcome, Outcome::Failed { problem });
        let installed = f.begun("acme").await;
        let id = f.complete(f.refuse(&installed)).await.unwrap();
        let refused = authorize::begin_again(services, f.app.id, id, &f.browser, None).await;
        assert!(
            matches!(refused, Err(BeginError::NotFound)),
            "without a link"
        );
    })
    .await;
}
