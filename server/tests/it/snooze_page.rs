//! Snoozing and taking on, from the overview, the list and the page of an account.

use crate::{
    browser::Browser,
    test_server::{TestServer, connected_tenant, on_each_database},
};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role, snooze::Until};
use service::{
    accounts::{self, Customer},
    connections::{check_now::check_now, events, show},
};

const HOME: &str = "/t/acme";
const NEED: &str = "/t/acme/accounts?health=need_you";
const PAGE: &str = "/t/acme/accounts/acme-app/shop";
const SNOOZE: &str = "/t/acme/accounts/acme-app/shop/snooze";
const WAKE: &str = "/t/acme/accounts/acme-app/shop/wake";
const LOOK_AFTER: &str = "/t/acme/accounts/acme-app/shop/look-after";

/// A tenant whose account `shop` was lost, and its owner's browser.
async fn lost(server: &TestServer) -> (crate::test_server::Tenant, Browser) {
    let tenant = connected_tenant(server).await;
    server.simulator.account("shop").deactivate();
    let shop = "shop".parse().unwrap();
    check_now(&tenant.owner, "acme-app", &shop).await.unwrap();
    let browser = server.signed_in("acme").await;
    (tenant, browser)
}

async fn shop(tenant: &crate::test_server::Tenant) -> Customer {
    let shop = "shop".parse().unwrap();
    let shown = accounts::show(&tenant.owner, &shop).await.unwrap();
    shown.unwrap()
}

#[tokio::test]
async fn need_you_becomes_empty_and_fills_again() {
    on_each_database(async |server| {
        let (tenant, browser) = lost(&server).await;
        let home = browser.get(HOME).await.expect(StatusCode::OK).body;
        assert!(home.contains("1 account needs you"), "{home}");
        assert!(
            home.contains("Snooze shop") && home.contains("Take on"),
            "{home}"
        );
        let fields = [
            ("until", "tomorrow"),
            ("reason", "Approves <b>Thursday</b>"),
            ("back", HOME),
        ];
        let there = browser.fill_in(HOME, SNOOZE, &fields).await;
        let there = there.told_on(HOME).to_owned();
        let quiet = browser.get(&there).await.expect(StatusCode::OK).body;
        for shown in [
            "shop is snoozed until",
            "Nobody needs you",
            "1 is snoozed",
            "/t/acme/accounts?health=snoozed",
        ] {
            assert!(quiet.contains(shown), "{shown}: {quiet}");
        }
        assert!(!quiet.contains("Snooze shop") && !quiet.contains("need you</span>"));
        let listed = browser.get("/t/acme/accounts?health=snoozed").await.body;
        assert!(listed.contains("Snoozed by Ada Owner until") || listed.contains("Snoozed by"));
        assert!(listed.contains("Approves &lt;b&gt;Thursday"), "{listed}");
        assert!(listed.contains("Disconnected") && listed.contains("Wake it now"));
        let page = browser.get(PAGE).await.body;
        assert!(
            page.contains("Snoozed by") && page.contains("Snoozed until"),
            "{page}"
        );

        // Back to a list with its filters.
        let woken = browser.post(WAKE, &[("back", NEED)]).await;
        let woken = woken.location().to_owned();
        assert!(woken.starts_with(&format!("{NEED}&outcome=")), "{woken}");
        let list = browser.get(&woken).await.body;
        assert!(list.contains("shop isn’t snoozed any more."), "{list}");
        assert!(list.contains("Snooze shop"), "{list}");
        assert_eq!(shop(&tenant).await.snoozed, None);
    })
    .await;
}

#[tokio::test]
async fn mistakes_keep_what_was_typed() {
    on_each_database(async |server| {
        let (tenant, browser) = lost(&server).await;
        let open = browser.get(&format!("{PAGE}?snooze=new")).await.body;
        assert!(open.contains("name=\"until\""), "{open}");
        assert!(
            !open.contains("data-live=\"follow-up\""),
            "nothing replaces it"
        );
        for (until, day) in [
            ("day", "2020-01-01"),
            ("day", "soon"),
            ("", ""),
            ("never", ""),
        ] {
            let fields = [("until", until), ("day", day), ("reason", "Because I can")];
            let again = browser.post(SNOOZE, &fields).await;
            let again = again.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
            assert!(again.contains("value=\"Because I can\""), "{again}");
            assert!(again.contains("Choose "), "{again}");
        }
        let long = "x".repeat(201);
        let fields = [("until", "change"), ("reason", &long)];
        let again = browser.post(SNOOZE, &fields).await;
        let again = again.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(again.contains("at most 200 letters"), "{again}");
        assert_eq!(shop(&tenant).await.snoozed, None);
        let stranger = browser.post(LOOK_AFTER, &[("owner", "x@x.example")]).await;
        let again = stranger.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(
            again.contains("Nobody of this tenant has this address"),
            "{again}"
        );
    })
    .await;
}

/// security.md 81
#[tokio::test]
async fn s81_a_second_press_snoozes_nothing_twice() {
    on_each_database(async |server| {
        let (tenant, browser) = lost(&server).await;
        let key = browser.get(HOME).await.form_key(SNOOZE);
        let fields = [("until", "hour"), ("form_key", &key), ("back", HOME)];
        let first = browser.post(SNOOZE, &fields).await;
        server.world.clock.advance(domain::time::Span::seconds(3));
        let second = browser.post(SNOOZE, &fields).await;
        assert_eq!(first.location(), second.location());
        let shop = "shop".parse().unwrap();
        let shown = show::show(&tenant.owner, "acme-app", &shop).await.unwrap();
        let id = shown.unwrap().row.id;
        let timeline = events::of_connection(&tenant.owner, id, None, 50).await;
        let kinds = timeline
            .unwrap()
            .into_iter()
            .map(|entry| entry.happening.code());
        assert_eq!(kinds.filter(|kind| *kind == "snoozed").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn somebody_takes_it_on_and_gives_it_away() {
    on_each_database(async |server| {
        let (tenant, browser) = lost(&server).await;
        let me = tenant.owner.person().unwrap().to_string();
        let fields = [("owner", me.as_str()), ("back", HOME)];
        let told = browser.post(LOOK_AFTER, &fields).await;
        let home = browser.get(told.told_on(HOME)).await.body;
        assert!(home.contains(" looks after shop."), "{home}");
        assert!(
            home.contains("looks after it") && home.contains("1 is yours."),
            "{home}"
        );
        assert!(!home.contains("Take on"), "it is theirs already");
        let yours = browser.get("/t/acme?whose=yours").await.body;
        assert!(yours.contains("Snooze shop"), "{yours}");
        let nobodys = browser.get("/t/acme?whose=nobody").await.body;
        assert!(
            nobodys.contains("None of these needs somebody"),
            "{nobodys}"
        );
        let open = browser.get(&format!("{PAGE}?assign=new")).await.body;
        assert!(open.contains("name=\"owner\""), "{open}");
        browser
            .post(LOOK_AFTER, &[("owner", "")])
            .await
            .told_on(PAGE);
        assert_eq!(shop(&tenant).await.owner, None);
        let timeline = browser.get(PAGE).await.body;
        assert!(
            timeline.contains("Nobody looks after it any more"),
            "{timeline}"
        );
    })
    .await;
}

/// security.md 12, 53: who may not gets 403 or 404, and a way back leads nowhere else.
#[tokio::test]
async fn s53_viewers_and_strangers_change_nothing() {
    on_each_database(async |server| {
        let (tenant, browser) = lost(&server).await;
        let all = AppLimit::All;
        let viewer = crate::isolation::joined(&server, &tenant, Role::Viewer, all, "ann").await;
        let home = viewer.get(HOME).await.expect(StatusCode::OK).body;
        assert!(
            !home.contains("/snooze") && !home.contains("Take on"),
            "{home}"
        );
        let page = viewer.get(&format!("{PAGE}?snooze=new")).await.body;
        assert!(!page.contains("name=\"until\""), "{page}");
        server.tenant("other").await;
        let stranger = server.signed_in("other").await;
        for form in [SNOOZE, WAKE, LOOK_AFTER] {
            let fields: &[(&str, &str)] = match form {
                SNOOZE => &[("until", "change")],
                _ => &[],
            };
            viewer
                .post(form, fields)
                .await
                .expect(StatusCode::FORBIDDEN);
            stranger
                .post(form, fields)
                .await
                .expect(StatusCode::NOT_FOUND);
        }
        assert_eq!(shop(&tenant).await.snoozed, None);
        for elsewhere in [
            "https://evil.example",
            "//evil.example/t/acme",
            "/t/other",
            "/t/acme/settings",
            "/t/acme#x",
            "",
        ] {
            let fields = [("until", "change"), ("back", elsewhere)];
            browser.post(SNOOZE, &fields).await.told_on(PAGE);
            browser
                .post(WAKE, &[("back", elsewhere)])
                .await
                .told_on(PAGE);
        }
        let fields = [("until", "change"), ("back", HOME)];
        browser.post(SNOOZE, &fields).await.told_on(HOME);
        let now = shop(&tenant).await.snoozed.unwrap();
        assert_eq!((now.until, now.reason), (Until::NextChange, None));
    })
    .await;
}

/// Whoever is limited to some apps has the same menus and numbers for those.
#[tokio::test]
async fn the_limited_snooze_what_they_see() {
    on_each_database(async |server| {
        let (tenant, _) = lost(&server).await;
        let app = tenant.app.id;
        let only = AppLimit::Only([app].into());
        let limited = crate::isolation::joined(&server, &tenant, Role::Success, only, "lea").await;
        let home = limited.get(HOME).await.body;
        assert!(home.contains("1 account needs you"), "{home}");
        let fields = [("until", "change"), ("back", HOME)];
        let told = limited.post(SNOOZE, &fields).await;
        let home = limited.get(told.told_on(HOME)).await.body;
        assert!(
            home.contains("Nobody needs you") && home.contains("1 is snoozed"),
            "{home}"
        );
        let list = limited.get("/t/acme/accounts?health=snoozed").await.body;
        assert!(list.contains("Snoozed by"), "{list}");
    })
    .await;
}
