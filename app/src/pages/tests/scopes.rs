//! What accounts have granted, and what a change of an app's permissions would mean.

use super::{
    outline::{html, outline},
    sample,
};
use crate::pages::{app::permissions, app_impact::Unsaved, app_rejudging, row_action::May, scopes};
use domain::{
    scope::Scope,
    scope_plan::{Impact, ScopeFilter},
};
use insta::assert_snapshot;
use service::{
    apps::rejudge::Progress,
    connections::{
        permissions::{AskedScope, PermissionsPage, PermissionsQuery, ScopePlan},
        row::AccountRow,
    },
};

fn scope(code: &str) -> Scope {
    code.parse().unwrap()
}

fn row(name: &str, granted: &str) -> AccountRow {
    let mut row = sample::working().row;
    row.subdomain = name.parse().unwrap();
    row.customer = None;
    row.granted = granted.parse().unwrap();
    row.missing = row.granted.missing_of(&sample::app().requested);
    row
}

fn asked(code: &str, missing: u64, granted: u64) -> AskedScope {
    AskedScope {
        scope: scope(code),
        asked: sample::app().requested.contains(code),
        missing,
        granted,
    }
}

fn page() -> PermissionsPage {
    let mut unknown = row("quay", "openid profile");
    unknown.scopes_unknown = true;
    PermissionsPage {
        app: sample::app(),
        plan: ScopePlan {
            total: 52,
            old: 38,
            silent: 31,
            click: 7,
            click_lacks: vec![(scope("offline"), 4)],
            click_unknown: 3,
            filters: vec![
                (ScopeFilter::Missing, 16),
                (ScopeFilter::Extra, 2),
                (ScopeFilter::Old, 38),
                (ScopeFilter::NeedsClick, 19),
            ],
            scopes: vec![
                asked("openid", 0, 52),
                asked("profile", 0, 52),
                asked("offline", 4, 48),
                asked("tickets:read", 12, 14),
                asked("tickets:write", 0, 2),
                asked("tags:write", 0, 14),
                asked("write:all", 0, 38),
            ],
        },
        rows: vec![
            row("acme", "openid profile offline write:all"),
            row("harrow", "openid profile offline tickets:write tags:write"),
            row("marlow", "openid profile offline tickets:read tags:write"),
            unknown,
        ],
        next: Some("next".into()),
    }
}

fn data(page: PermissionsPage) -> scopes::Data {
    scopes::Data {
        tenant: "parcelwise".into(),
        may: sample::ALL,
        apps: Vec::new(),
        wanted: PermissionsQuery::default(),
        page: Some(Ok(page)),
    }
}

#[test]
fn the_page_says_who_moves_silently_and_what_each_has_given() {
    let mut data = data(page());
    assert_snapshot!("scopes", outline(&html(|| scopes::view(&data))));
    // Who reads alone is offered nothing that they may not do.
    data.may = May::default();
    let shown = html(|| scopes::view(&data));
    assert!(!shown.contains("campaigns/new") && !shown.contains("Change the list"));
    data.wanted.filter = Some(ScopeFilter::Old);
    data.wanted.q = "acme & co".into();
    let shown = html(|| scopes::view(&data));
    assert!(
        shown.contains("q=acme%20%26%20co&amp;filter=missing"),
        "{shown}"
    );
    assert!(shown.contains("Remove filter: Old 38"));
}

#[test]
fn an_app_that_asks_for_the_old_permission_is_told_so() {
    let mut page = page();
    page.app.requested = "openid write:all".parse().unwrap();
    let shown = html(|| scopes::view(&data(page)));
    assert!(shown.contains("Returns still asks for write:all"));
    assert!(shown.contains("Start a campaign for 16"), "{shown}");
    assert!(!shown.contains("can move silently"));
}

#[test]
fn without_accounts_or_apps_it_says_what_comes() {
    let mut none = page();
    none.plan = ScopePlan::default();
    none.rows.clear();
    let mut data = data(none);
    assert!(html(|| scopes::view(&data)).contains("Nothing connected yet"));
    data.page = None;
    assert!(html(|| scopes::view(&data)).contains("No app yet"));
    for (cursor, said) in [(true, "isn’t known"), (false, "couldn’t be loaded")] {
        let app = "returns".to_owned();
        data.page = Some(Err(scopes::Failed { app, cursor }));
        assert!(html(|| scopes::view(&data)).contains(said));
    }
}

#[test]
fn a_change_is_told_before_it_is_saved() {
    let app = sample::app();
    let mut change = Unsaved {
        before: app.requested.clone(),
        after: "openid profile offline tickets:read satisfaction_survey:read"
            .parse()
            .unwrap(),
        impact: Impact {
            become_limited: 12,
            covered: 38,
            given: 2,
            keep: 1,
            ..Impact::default()
        },
        may_begin_campaigns: true,
    };
    let shown = |change: &Unsaved| {
        let mut data = permissions::Data {
            app: sample::app_page(),
            plan: None,
            add_offline: false,
            unsaved: Some(change.clone()),
        };
        data.app.form.action = "app_permissions";
        let page = html(|| permissions::view(&data));
        assert!(page.contains("What accounts have given couldn’t be loaded."));
        page.split("id=\"drift\"").next().unwrap().to_owned()
    };
    let page = outline(&shown(&change));
    let told = page.find("Not saved yet").unwrap();
    assert_snapshot!("app_not_saved_yet", &page[told..]);
    change.may_begin_campaigns = false;
    assert!(!shown(&change).contains("campaign"));
    change.may_begin_campaigns = true;
    change.impact = Impact {
        given: 52,
        ..Impact::default()
    };
    let harmless = shown(&change);
    assert!(!harmless.contains("campaign") && harmless.contains("Nothing changes at the accounts"));
}

#[test]
fn what_is_judged_anew_is_told_in_numbers() {
    let progress = Progress {
        done: 12_000,
        total: 40_000,
    };
    let shown = html(|| app_rejudging::notice(progress));
    assert!(
        shown.contains("Re-judging 12,000 of 40,000 accounts"),
        "{shown}"
    );
    assert!(shown.contains("max=\"40000\""));
}
