//! The page that customers see after an approval.

use super::{
    outline::{html, outline},
    sample::{self, NOW},
};
use crate::pages::result;
use domain::{error::AuthorizationProblem, health::Health, scope::ScopeSet, time::Span};
use insta::assert_snapshot;
use service::connections::result::{AuthorizationResult, Outcome};

/// An authorization with this outcome.
pub(super) fn outcome(outcome: Outcome) -> AuthorizationResult {
    let requested = sample::app().requested;
    let comparison = match &outcome {
        Outcome::Approved { granted, .. } => ScopeSet::compare(&requested, granted),
        Outcome::UnderWay | Outcome::Failed { .. } => Default::default(),
    };
    let health = match &outcome {
        Outcome::Approved { .. } if comparison.missing.is_empty() => Some(Health::Working),
        Outcome::Approved { .. } => Some(Health::Limited),
        Outcome::UnderWay | Outcome::Failed { .. } => None,
    };
    AuthorizationResult {
        brand: service::TenantBrand::named("Parcelwise"),
        health,
        lacks_offline: false,
        access_expires_at: Some(NOW.plus(Span::hours(24))),
        app_name: "Returns".into(),
        subdomain: "acme".parse().unwrap(),
        after_install_url: Some("https://returns.example/welcome?account=acme".into()),
        outcome,
        comparison,
        again: Some("/oauth/x/install?account=acme".into()),
    }
}

#[test]
fn results_tell_what_was_connected_and_the_way_on() {
    let granted = "openid offline tickets:read".parse().unwrap();
    let approved = outcome(Outcome::Approved {
        by: Some("Ann Lee".into()),
        granted,
        first: true,
    });
    assert_snapshot!(
        "result_approved",
        outline(&html(|| result::view(&approved)))
    );
    let problem = AuthorizationProblem::WrongAccount {
        expected: "acme".parse().unwrap(),
    };
    let refused = outcome(Outcome::Failed { problem });
    assert_snapshot!("result_refused", outline(&html(|| result::view(&refused))));
}

/// The customer sees the same health as the dashboard.
#[test]
fn a_result_promises_no_more_than_the_state_does() {
    let granted = sample::app().requested;
    let mut approved = outcome(Outcome::Approved {
        by: None,
        granted,
        first: true,
    });
    approved.after_install_url = None;
    let done = "there is nothing else to set up";
    let page = |result: &AuthorizationResult| outline(&html(|| result::view(result)));
    assert!(page(&approved).contains(done));
    for health in Health::ALL.into_iter().filter(|h| *h != Health::Working) {
        approved.health = Some(health);
        let text = page(&approved);
        assert!(text.contains(health.label()), "{text}");
        assert!(!text.contains(done), "{text}");
        let ended = matches!(health, Health::Disconnected | Health::NotConnected);
        assert_eq!(text.contains("H1: acme is connected"), !ended, "{text}");
    }
    // The connection was erased since.
    approved.health = None;
    let text = page(&approved);
    assert!(text.contains("is not connected any more"), "{text}");
    assert!(!text.contains(done), "{text}");
    approved.health = Some(Health::StoppingSoon);
    assert!(page(&approved).contains("Approve it once more"));
    approved.lacks_offline = true;
    assert!(page(&approved).contains("can’t do anything about it now"));
}
