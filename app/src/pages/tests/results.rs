//! The page that customers see after an approval.

use super::{
    outline::{html, outline},
    sample::{self, NOW},
};
use crate::{language::written_as, pages::result};
use domain::{
    customer::Language, customer_words::CustomerState, error::AuthorizationProblem, health::Health,
    scope::ScopeSet, time::Span,
};
use insta::assert_snapshot;
use service::connections::result::{Again, AuthorizationResult, Outcome};

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
        again: Again::Install("/oauth/x/install?account=acme".into()),
        language: None,
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
        outline(&html(|| result::view(&approved, "/again")))
    );
    let problem = AuthorizationProblem::WrongAccount {
        expected: "acme".parse().unwrap(),
    };
    let refused = outcome(Outcome::Failed { problem });
    assert_snapshot!(
        "result_refused",
        outline(&html(|| result::view(&refused, "/again")))
    );
}

/// The customer reads what the dashboard's state means for them, in fewer words.
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
    let page = |result: &AuthorizationResult| outline(&html(|| result::view(result, "/again")));
    assert!(page(&approved).contains(done));
    for health in Health::ALL.into_iter().filter(|h| *h != Health::Working) {
        approved.health = Some(health);
        let text = page(&approved);
        let state = CustomerState::of(health, false);
        let words = state.words(Language::English.sentences(), "Parcelwise");
        assert!(text.contains(&words), "{text}");
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

/// A customer's page says nothing in English in another language.
#[test]
fn a_result_is_in_the_language_of_its_reader() {
    let granted: ScopeSet = "openid offline tickets:read".parse().unwrap();
    let approved = outcome(Outcome::Approved {
        by: Some("Ann Lee".into()),
        granted,
        first: true,
    });
    let page = outline(&html(|| {
        written_as(Language::German);
        result::view(&approved, "/again")
    }));
    assert_snapshot!("result_approved_german", page);
    let refused = outcome(Outcome::Failed {
        problem: AuthorizationProblem::Refused {
            code: "access_denied".into(),
        },
    });
    let page = outline(&html(|| {
        written_as(Language::French);
        result::view(&refused, "/again")
    }));
    assert!(page.contains("Recommencer"), "{page}");
}

/// Who begins again posts, and a colleague goes back to the account.
#[test]
fn what_failed_leads_on() {
    let problem = AuthorizationProblem::CodeRefused;
    let mut failed = outcome(Outcome::Failed { problem });
    let page = |result: &AuthorizationResult| html(|| result::view(result, "/again?lang=de"));
    failed.again = Again::Link;
    let text = page(&failed);
    assert!(text.contains("action=\"/again?lang=de\""), "{text}");
    failed.again = Again::Account {
        tenant: "harbour".parse().unwrap(),
        app: "returns".parse().unwrap(),
    };
    let text = page(&failed);
    assert!(text.contains("/t/harbour/accounts/returns/acme"), "{text}");
    failed.again = Again::Nowhere;
    assert!(!page(&failed).contains("class=\"button\""));
}
