//! The pages of campaigns, and who may use them.

use crate::{
    isolation::things::joined,
    test_server::{TestServer, on_each_database, with_mail_on_each_database},
};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role};
use service::{campaigns, mail};

const NEW: &str = "/t/acme/campaigns/new";
const FIELDS: [(&str, &str); 6] = [
    ("app", "acme-app"),
    ("name", "After the outage"),
    ("audience", "disconnected"),
    ("message", "Hello {subdomain}"),
    ("days", "14"),
    ("remind_after", "4"),
];

async fn work(server: &TestServer) {
    while campaigns::run_due(&server.world.services).await.unwrap() > 0 {}
    mail::send_due(&server.world.services).await.unwrap();
}

#[tokio::test]
async fn a_campaign_is_begun_paused_and_ended_in_a_browser() {
    with_mail_on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let begun = browser
            .fill_in(&format!("{NEW}?app=acme-app"), NEW, &FIELDS)
            .await;
        let page = begun.location().split('?').next().unwrap().to_owned();
        assert!(page.starts_with("/t/acme/campaigns/"), "{page}");
        let shown = browser.get(begun.location()).await;
        assert!(shown.body.contains("The campaign has begun."));
        work(&server).await;
        let shown = browser.get(&page).await;
        assert!(
            shown
                .body
                .contains("When it began, no account was in this state.")
        );

        for (step, said) in [
            ("pause", "Paused. No mail leaves until you resume it."),
            ("pause", "nothing was changed"),
            ("resume", "It goes on."),
            ("end", "The campaign is over."),
            ("resume", "nothing was changed"),
        ] {
            let answer = browser.post(&format!("{page}/{step}"), &[]).await;
            let shown = browser.get(answer.location()).await;
            assert!(shown.body.contains(said), "{step}: {}", shown.body);
        }
        let unknown = browser.post(&format!("{page}/begin"), &[]).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        let list = browser.get("/t/acme/campaigns").await;
        assert!(list.body.contains("After the outage") && list.body.contains("Ended"));
        let wrong = browser.get("/t/acme/campaigns?after=x").await;
        assert!(wrong.body.contains("After the outage"), "{}", wrong.body);
        let id = page.rsplit('/').next().unwrap();
        let older = browser.get(&format!("/t/acme/campaigns?after={id}")).await;
        assert!(older.body.contains("No older campaigns"), "{}", older.body);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_typed_is_lost() {
    with_mail_on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let mut wrong = FIELDS;
        wrong[3].1 = "Hello {who}";
        wrong[5].1 = "20";
        let page = browser
            .fill_in(&format!("{NEW}?app=acme-app"), NEW, &wrong)
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("{who} is not known."), "{}", page.body);
        assert!(page.body.contains("A reminder comes before the end"));
        assert!(page.body.contains("value=\"After the outage\""));
    })
    .await;
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let page = browser.get(&format!("{NEW}?app=acme-app")).await;
        assert!(page.body.contains("Mail is not set up"));
        let answer = browser.post(NEW, &FIELDS).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn s52_campaigns_are_for_those_who_send_links() {
    with_mail_on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.tenant("other").await;
        let browser = server.signed_in("acme").await;
        let begun = browser
            .fill_in(&format!("{NEW}?app=acme-app"), NEW, &FIELDS)
            .await;
        let page = begun.location().split('?').next().unwrap().to_owned();
        let id = page.rsplit('/').next().unwrap();

        let viewer = joined(&server, &tenant, Role::Viewer, AppLimit::All, "viewer").await;
        for address in ["/t/acme/campaigns", &page] {
            let seen = viewer.get(address).await.expect(StatusCode::OK);
            assert!(!seen.body.contains("New campaign"), "{}", seen.body);
            assert!(!seen.body.contains(&format!("{page}/end")), "{}", seen.body);
        }
        let refused = viewer.get(NEW).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let refused = viewer.post(&format!("{page}/end"), &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let stranger = server.signed_in("other").await;
        for address in [page.clone(), format!("/t/other/campaigns/{id}")] {
            let hidden = stranger.get(&address).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{address}");
            let hidden = stranger.post(&format!("{address}/end"), &[]).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{address}");
        }
        let shown = browser.get(&page).await;
        assert!(shown.body.contains("Running"));
    })
    .await;
}
