//! What pages show while Gorgias refuses an app, and while something is unknown.

use super::{
    outline::html,
    sample::{self, NOW, account_page},
};
use crate::{
    form_state::FormState,
    pages::{account, app::secrets as app_secrets},
};
use domain::{health::Health, time::Span};
use service::apps::secrets::Slots;

fn secrets(faulty: bool, in_doubt: bool) -> String {
    let slots = Slots {
        in_use_since: Some(NOW.minus(Span::days(3))),
        next: None,
        previous_until: None,
    };
    let of = app_secrets::Use {
        accounts: 3,
        faulty,
        in_doubt,
    };
    html(|| app_secrets::panel("x", "returns", of, Some(&slots), &FormState::default()))
}

#[test]
fn a_secret_that_gorgias_refuses_is_not_green() {
    let working = format!("data-health=\"{}\"", Health::Working.code());
    let fine = secrets(false, false);
    assert!(fine.contains(&working) && fine.contains("In use"));
    for (in_doubt, words) in [(false, "In use, refused"), (true, "In use, in doubt")] {
        let page = secrets(true, in_doubt);
        assert!(!page.contains(&working) && page.contains(words), "{page}");
        assert!(page.contains("data-health=\"setup_fault\""));
    }
}

#[test]
fn permissions_that_are_not_known_are_neither_granted_nor_missing() {
    let mut account = sample::working();
    account.row.scopes_unknown = true;
    account.comparison = Default::default();
    let page = html(|| account::view(&account_page(account)));
    assert!(page.contains("nobody knows which"), "{page}");
    assert!(page.contains("Told before: offline, openid, profile, tags:write, tickets:read."));
    assert!(!page.contains("missing"), "{page}");
}
