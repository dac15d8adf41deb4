//! Snoozed accounts, and the menus that snooze them.

use super::{
    outline::{html, outline},
    sample::{self, NOW, account_page, accounts_page, listed},
};
use crate::{
    form_state::FormState,
    pages::{account, account_follow_up::Open, accounts, accounts_notices::Notice, overview},
};
use domain::{health::Health, health_days::Days, ids::PersonId, snooze::Until, time::Span};
use insta::assert_snapshot;
use service::{
    accounts::{Owner, Snoozed},
    connections::by_account::{AccountsPage, AccountsQuery, ListedAccount, LookedAfter, States},
    core::error::FieldError,
};

fn snoozed() -> Option<Snoozed> {
    Some(Snoozed {
        until: Until::At(NOW.plus(Span::days(2))),
        by: "Ann <Lee>".to_owned(),
        at: NOW,
        reason: Some("Approves <b>Monday</b>".to_owned()),
    })
}

fn ann() -> Owner {
    Owner {
        id: sample::id::<PersonId>(),
        name: "Ann Lee".to_owned(),
        email: "ann@parcelwise.example".to_owned(),
    }
}

/// The overview with these accounts in need of somebody.
pub(super) fn home(need: Vec<ListedAccount>, change: impl FnOnce(&mut overview::Data)) -> String {
    let mut data = overview::Data {
        tenant: "parcelwise".into(),
        now: NOW,
        may: sample::ALL,
        me: Some(ann().id),
        whose: None,
        faulty: Vec::new(),
        notices: Vec::new(),
        counts: Some(accounts::Counts {
            states: vec![(Health::Disconnected, 3), (Health::Working, 3)],
            total: 6,
            need_someone: need.len() as u64,
            yours: Some(1),
            nobodys: Some(0),
            snoozed: 2,
        }),
        need_you: need.len() as u64,
        too_high: None,
        clock_ahead: None,
        days: Days::Fourteen,
        history: None,
        lists: Some((need, Vec::new())),
    };
    change(&mut data);
    html(|| overview::view(&data))
}

#[test]
fn each_row_of_the_overview_has_a_menu() {
    let mut lost = listed(sample::disconnected().row);
    lost.customer.owner = Some(ann());
    let page = home(vec![lost.clone()], |_| ());
    assert_snapshot!("overview_needs", outline(&page));
    assert!(!page.contains("Take on"), "it is theirs already");
    lost.customer.owner = None;
    assert!(home(vec![lost.clone()], |_| ()).contains("Take on"));
    let viewer = home(vec![lost], |data| data.may.edit_customers = false);
    assert!(!viewer.contains("/snooze") && !viewer.contains("Assign to"));
}

/// An app's fault is told once and hides its accounts, but not what else is wrong with them.
#[test]
fn an_account_of_a_faulty_app_is_there_if_it_needs_somebody_for_another_app() {
    let mut account = listed(sample::disconnected().row);
    let mut faulty = account.connections[0].clone();
    faulty.health = Health::SetupFault;
    let mut other = account.connections[0].clone();
    other.app_name = "Tracking".into();
    account.connections = vec![faulty.clone(), other.clone()];
    let page = home(vec![account.clone()], |_| ());
    assert!(page.contains("Tracking"), "{page}");
    other.health = Health::Working;
    account.connections = vec![faulty, other];
    let page = home(vec![account], |_| ());
    assert!(!page.contains("Tracking"), "{page}");
}

#[test]
fn the_overview_says_that_nobody_needs_you() {
    assert_snapshot!("overview_nobody_needs_you", outline(&home(vec![], |_| ())));
    let narrowed = home(vec![], |data| data.whose = Some(LookedAfter::ByNobody));
    assert!(
        narrowed.contains("None of these needs somebody"),
        "{narrowed}"
    );
}

#[test]
fn the_list_of_snoozed_accounts_says_by_whom_until_when_and_why() {
    let query = AccountsQuery {
        states: States::Snoozed,
        ..AccountsQuery::default()
    };
    let mut data = accounts_page(vec![], query);
    let mut account = listed(sample::disconnected().row);
    account.customer.snoozed = snoozed();
    data.page = Ok(AccountsPage {
        rows: vec![account],
        next: None,
    });
    let page = html(|| accounts::view(&data));
    assert!(
        page.contains("Ann &lt;Lee&gt;") && page.contains("&lt;b&gt;Monday"),
        "{page}"
    );
    assert_snapshot!("accounts_snoozed", outline(&page));
}

#[test]
fn the_line_of_long_refusals_leads_to_their_list() {
    let rows = || vec![sample::disconnected().row];
    let listed = |query| {
        let mut data = accounts_page(rows(), query);
        data.notices = vec![Notice::RefusedLong(2)];
        html(|| accounts::view(&data))
    };
    let all = listed(AccountsQuery::default());
    let said = "refused for three days";
    assert!(all.contains("?health=refused_long\"") && all.contains(said));
    let narrowed = listed(AccountsQuery {
        states: States::RefusedLong,
        ..AccountsQuery::default()
    });
    assert!(narrowed.contains("Refused for 3 days"), "{narrowed}");
    assert!(!narrowed.contains(said), "they are what is listed");
    assert!(narrowed.contains("/snooze"), "a menu in each row");
}

#[test]
fn an_accounts_page_has_its_follow_up() {
    let mut data = account_page(sample::disconnected());
    data.me = Some(ann().id);
    let shown = |data: &account::Data| html(|| account::view(data));
    let page = shown(&data);
    assert!(page.contains("data-live=\"follow-up\"") && page.contains("?snooze=new#follow-up"));
    data.follow_up = Some(Open::Snooze);
    data.form = FormState {
        action: "snooze",
        values: vec![
            ("until".into(), "day".into()),
            ("day".into(), "2020-01-01".into()),
            ("reason".into(), "Because".into()),
        ],
        errors: vec![FieldError::new("snooze", "Choose a time that is not over.")],
        ..FormState::default()
    };
    let page = shown(&data);
    assert!(!page.contains("data-live=\"follow-up\""));
    assert!(page.contains("Choose a time that is not over.") && page.contains("value=\"Because\""));
    assert!(page.contains("value=\"2020-01-01\""), "{page}");
    assert!(
        outline(&page).contains("input radio until=\"day\" ticked"),
        "{}",
        outline(&page)
    );
    data.form = FormState::default();
    if let Some(shown) = &mut data.customer {
        shown.customer.snoozed = snoozed();
        shown.assignable = Some(vec![ann()]);
    }
    data.follow_up = Some(Open::Assign);
    let page = shown(&data);
    assert!(
        page.contains("name=\"owner\"") && page.contains("Ann Lee"),
        "{page}"
    );
    data.follow_up = None;
    let page = shown(&data);
    assert!(page.contains("Wake it now") && page.contains("Snoozed by Ann &lt;Lee&gt; until"));
    data.may.edit_customers = false;
    data.follow_up = Some(Open::Snooze);
    let page = shown(&data);
    assert!(!page.contains("Wake it now") && !page.contains("name=\"until\""));
    assert!(page.contains("Snoozed by"), "they read it, though");
}
