//! What accounts have granted, and a change of permissions before it is saved.

use crate::{
    isolation::things::joined,
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role, scope::ScopeSet};
use service::apps;

const PAGE: &str = "/t/acme/scopes";
const ASKS: &str = "/t/acme/apps/acme-app/permissions";

/// The field of the form with these permissions.
fn asking(scopes: &str) -> Vec<(&'static str, &str)> {
    vec![("scopes", scopes)]
}

async fn asked(tenant: &Tenant) -> String {
    let app = apps::list::one(&tenant.owner, "acme-app").await.unwrap();
    app.unwrap().requested.to_string()
}

async fn old_and_new(server: &TestServer, tenant: &Tenant) {
    let give = |account: &str, scopes: &str| {
        server
            .simulator
            .account(account)
            .granted_scope(Some(scopes));
    };
    give("acme", "openid email profile offline write:all");
    give("bolt", "openid email profile write:all");
    for account in ["acme", "bolt", "cove"] {
        server.install(tenant, account).await;
    }
}

#[tokio::test]
async fn the_page_of_permissions_works_without_script() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let empty = browser.get(PAGE).await.expect(StatusCode::OK);
        assert!(empty.body.contains("Nothing connected yet"));
        old_and_new(&server, &tenant).await;
        let page = browser.get(PAGE).await.expect(StatusCode::OK);
        for said in [
            "1 can move silently, 1 needs a click",
            "1 never gave offline.",
            "held by 2 of 3",
            "Who has given what",
            "Missing at",
            "campaigns/new?app=acme-app&amp;audience=old_permission",
        ] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        assert!(page.body.contains("aria-current=\"page\""));
        let old = browser
            .get(&format!("{PAGE}?app=acme-app&filter=old"))
            .await;
        assert!(old.body.contains("2 of 2 shown") && !old.body.contains("/cove\""));
        let none = browser
            .get(&format!("{PAGE}?app=acme-app&filter=extra&q=zebra"))
            .await;
        assert!(none.body.contains("There is no account with “zebra”"));
        let lost = browser.get(&format!("{PAGE}?app=acme-app&after=odd")).await;
        assert!(lost.body.contains("This page of the list isn’t known."));
        let unknown = browser.get(&format!("{PAGE}?app=nothing")).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        // The list of accounts has the same filter.
        let listed = browser
            .get("/t/acme/accounts?permissions=old&sort=name")
            .await;
        assert!(listed.body.contains("/bolt\"") && !listed.body.contains("/cove\""));
    })
    .await;
}

/// security.md 52: a reader who is limited to other apps doesn't see it.
#[tokio::test]
async fn s52_permissions_are_shown_of_the_apps_of_the_reader() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        old_and_new(&server, &tenant).await;
        let viewer = joined(&server, &tenant, Role::Viewer, AppLimit::All, "viewer").await;
        let page = viewer.get(PAGE).await.expect(StatusCode::OK);
        assert!(page.body.contains("1 can move silently"));
        assert!(!page.body.contains("campaigns/new") && !page.body.contains("Change the list"));
        let other = server.world.app(&tenant.owner, "other").await;
        let only = AppLimit::Only([other.id].into());
        let limited = joined(&server, &tenant, Role::Viewer, only, "limited").await;
        let page = limited.get(PAGE).await.expect(StatusCode::OK);
        assert!(page.body.contains("Nothing connected yet"), "{}", page.body);
        assert!(!page.body.contains("acme-app"));
        let hidden = limited.get(&format!("{PAGE}?app=acme-app")).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_permissions_is_told_before_it_is_saved() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let before = asked(&tenant).await;
        let more: ScopeSet = format!("{before} tags:read").parse().unwrap();
        let more = more.to_string();
        // Nobody is connected, so there is nothing to tell.
        let saved = browser.fill_in(ASKS, ASKS, &asking(&more)).await;
        saved.told_on(ASKS);
        browser
            .fill_in(ASKS, ASKS, &asking(&before))
            .await
            .told_on(ASKS);
        old_and_new(&server, &tenant).await;

        let told = browser.fill_in(ASKS, ASKS, &asking(&more)).await;
        let told = told.expect(StatusCode::OK);
        for said in [
            "Not saved yet",
            "3 connected accounts",
            "Become Limited until somebody approves",
            "Lack something too, beside another problem",
            "Covered by write:all, no change",
            "tags:read",
            "Save and start a campaign",
        ] {
            assert!(told.body.contains(said), "{said}: {}", told.body);
        }
        assert_eq!(asked(&tenant).await, before, "nothing was saved");

        // A mistake comes first.
        let wrong = browser.fill_in(ASKS, ASKS, &asking("tick\"ets")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!wrong.body.contains("Not saved yet"), "{}", wrong.body);

        let then = |value| [asking(&more), vec![("then", value)]].concat();
        let begun = browser.fill_in(ASKS, ASKS, &then("campaign")).await;
        let place = begun.location().to_owned();
        let wanted = "/t/acme/campaigns/new?app=acme-app&audience=missing_permissions";
        assert!(place.starts_with(wanted), "{place}");
        assert_eq!(asked(&tenant).await, more);
        let campaign = browser.get(&place).await.expect(StatusCode::OK);
        assert!(campaign.body.contains("Saved."), "{}", campaign.body);

        // The same permissions: nothing to tell.
        browser
            .fill_in(ASKS, ASKS, &asking(&more))
            .await
            .told_on(ASKS);
        let less = [asking(&before), vec![("then", "save")]].concat();
        browser.fill_in(ASKS, ASKS, &less).await.told_on(ASKS);
        assert_eq!(asked(&tenant).await, before);
    })
    .await;
}
