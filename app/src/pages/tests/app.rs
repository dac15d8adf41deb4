//! The parts of an app's page.

use super::{
    outline::{html, outline},
    sample::{self, app_page},
};
use crate::pages::{
    app::{Data, next, overview, permissions, settings},
    row_action::May,
};
use domain::{app_credentials::CredentialsFault, health::Health};
use insta::assert_snapshot;
use service::connections::permissions::{AskedScope, ScopePlan};

fn overview_of(app: Data) -> String {
    let data = overview::Data {
        app,
        install_url: "https://mooring.example/oauth/1/install".into(),
        redirect_uri: "https://mooring.example/oauth/1/callback".into(),
        days: Default::default(),
        history: None,
        sandbox: String::new(),
        preview: None,
    };
    html(|| overview::view(&data))
}

#[test]
fn the_overview_says_how_the_app_is_and_what_comes_next() {
    let page = overview_of(app_page());
    assert_snapshot!("app_overview", outline(&page));
    assert_eq!(page.matches("aria-current=\"page\"").count(), 2);
}

#[test]
fn a_viewer_sees_three_parts_and_nothing_to_press() {
    let mut app = app_page();
    app.may = May::default();
    let page = overview_of(app);
    for part in ["/permissions\"", "/accounts\""] {
        assert!(page.contains(part), "{part}");
    }
    for hidden in ["/credentials", "/settings", "method=\"post\""] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
}

#[test]
fn the_first_steps_are_told_until_there_is_an_account() {
    let mut app = app_page();
    app.counts = Some(vec![]);
    let page = html(|| next::panel(&app).unwrap());
    for step in ["#addresses", "#preview", "accounts/connect?app=returns"] {
        assert!(page.contains(step), "{step}: {page}");
    }
    app.counts = None;
    assert!(next::panel(&app).is_none(), "nobody knows");
    app.counts = Some(vec![(Health::Working, 31)]);
    assert!(html(|| next::panel(&app).unwrap()).contains("Nothing to do."));
}

#[test]
fn a_fault_leads_to_the_credentials() {
    let mut app = app_page();
    app.app.credentials.fault = Some(CredentialsFault {
        since: sample::NOW,
        by_refusals: false,
    });
    let page = overview_of(app);
    assert!(page.contains("role=\"alert\"") && page.contains("Open credentials"));
}

#[test]
fn permissions_show_what_is_stored_and_where_it_differs() {
    let asked = |code: &str, missing| AskedScope {
        scope: code.parse().unwrap(),
        asked: true,
        missing,
        granted: 0,
    };
    let mut data = permissions::Data {
        app: app_page(),
        plan: Some(ScopePlan {
            total: 31,
            scopes: vec![asked("tags:write", 2), asked("tickets:read", 5)],
            ..ScopePlan::default()
        }),
        add_offline: false,
        unsaved: None,
    };
    let page = html(|| permissions::view(&data));
    let text = outline(&page);
    assert!(text.contains("input checkbox scope=\"tags:write\" ticked"));
    assert!(text.contains("input checkbox scope=\"tags:read\"\n"));
    assert!(text.contains("its 31 accounts"));
    let most = page.find("tickets:read missing").unwrap();
    assert!(most < page.find("tags:write missing").unwrap());
    data.app.may.manage_apps = false;
    let page = html(|| permissions::view(&data));
    assert!(!page.contains("<form") && page.contains("tickets:read missing"));
}

#[test]
fn settings_show_what_is_stored() {
    let page = html(|| settings::view(&app_page()));
    assert_snapshot!("app_settings", outline(&page));
}
