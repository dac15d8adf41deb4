//! The pages around an authorization, and the page that erases it.

use super::{
    outline::{html, outline},
    sample,
};
use crate::{
    form_state::FormState,
    pages::{app, erase, result, which_account},
};
use domain::scope::Comparison;
use insta::assert_snapshot;
use service::{
    connections::result::{Again, AuthorizationResult, Outcome},
    core::error::FieldError,
};

const INSTALL: &str = "https://mooring.example/oauth/1/install";

#[test]
fn who_names_no_account_is_asked_for_it() {
    let empty = html(|| which_account::view(INSTALL, None, &FormState::default()));
    assert_snapshot!("which_account", outline(&empty));
    assert!(!empty.contains("gorgias_account"));
    let wrong = FormState {
        action: "account",
        values: vec![("account".into(), "docs\"><script>alert(1)</script>".into())],
        errors: vec![FieldError::new("account", "This is no account.")],
        ..FormState::default()
    };
    let template = Some(format!("{INSTALL}?account={{gorgias_account}}"));
    let again = html(|| which_account::view(INSTALL, template, &wrong));
    assert!(again.contains("This is no account.") && again.contains("{gorgias_account}"));
    assert!(again.contains("alert(1)") && !again.contains("<script>"));
}

#[test]
fn a_refused_exchange_is_a_notice_with_a_test() {
    let mut data = sample::app_page();
    data.tenant = "harbour".into();
    assert!(app::notices::exchange_refused(&data).is_none());
    data.app.credentials.exchange_refused = Some((sample::NOW, "acme".parse().unwrap()));
    let notice = html(|| app::notices::exchange_refused(&data).unwrap());
    assert_snapshot!("exchange_refused", outline(&notice));
    assert!(notice.contains("data-health=\"limited\""), "no fault");
    data.may.manage_apps = false;
    let notice = html(|| app::notices::exchange_refused(&data).unwrap());
    assert!(!notice.contains("test-in-use"));
}

#[test]
fn an_exchange_under_way_says_so() {
    let result = AuthorizationResult {
        brand: service::TenantBrand::named("Parcelwise"),
        app_name: "Returns".into(),
        subdomain: "acme".parse().unwrap(),
        after_install_url: None,
        outcome: Outcome::UnderWay,
        comparison: Comparison::default(),
        again: Again::Nowhere,
        language: None,
        health: None,
        lacks_offline: false,
        access_expires_at: None,
    };
    let page = outline(&html(|| result::view(&result, "/again")));
    assert!(page.contains("One moment"), "{page}");
}

#[test]
fn erasing_names_the_thing_and_asks_for_its_name() {
    let never = html(|| {
        erase::view(
            "harbour",
            &sample::never_finished().row,
            &FormState::default(),
        )
    });
    assert_snapshot!("erase", outline(&never));
    assert!(!never.contains("loses its access first"));
    let working = html(|| erase::view("harbour", &sample::working().row, &FormState::default()));
    assert!(working.contains("loses its access first"));
}
