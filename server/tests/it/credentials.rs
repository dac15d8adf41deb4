//! Client secrets in two slots, and the page of the keys.

use crate::{pages::errors, test_server::on_each_database};
use axum::http::StatusCode;

/// Six clicks: app, field, “Add and test”, “Switch”, and if need be back.
#[tokio::test]
async fn a_client_secret_is_replaced_tested_and_reversibly() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let app = "/t/acme/apps/acme-app";
        let page = "/t/acme/apps/acme-app/credentials";
        let body = errors(
            browser
                .post(&format!("{app}/secret"), &[("new_secret", "two words")])
                .await,
        );
        assert!(!body.contains("two words"), "no secret comes back");
        let enter = [("new_secret", "canary-new-secret")];
        let answer = browser.post(&format!("{app}/secret"), &enter).await;
        answer.told_on(page);
        let body = browser
            .get(answer.location())
            .await
            .expect(StatusCode::OK)
            .body;
        assert!(body.contains("Gorgias refused the new secret"), "{body}");
        assert!(!body.contains("Switch to the new secret"), "{body}");
        let body = errors(browser.post(&format!("{app}/secret/switch"), &[]).await);
        assert!(body.contains("test it first"), "{body}");

        server
            .simulator
            .rotate_secret(&tenant.app.client_id, "canary-new-secret");
        let answer = browser.post(&format!("{app}/secret/test"), &[]).await;
        answer.told_on(page);
        let body = browser
            .get(answer.location())
            .await
            .expect(StatusCode::OK)
            .body;
        assert!(body.contains("Switch to the new secret"), "{body}");
        assert!(!body.contains("canary-new-secret"));
        let answer = browser.post(&format!("{app}/secret/switch"), &[]).await;
        answer.told_on(page);
        let body = browser
            .get(answer.location())
            .await
            .expect(StatusCode::OK)
            .body;
        assert!(body.contains("Go back to the one before"), "{body}");
        let account = "/t/acme/accounts/acme-app/shop";
        browser.post(&format!("{account}/check"), &[]).await;
        let body = browser.get(account).await.expect(StatusCode::OK).body;
        assert!(!body.contains("Setup fault"), "{body}");

        let answer = browser.post(&format!("{app}/secret/roll-back"), &[]).await;
        answer.told_on(page);
        let answer = browser.post(&format!("{app}/secret/remove"), &[]).await;
        answer.told_on(page);
        let body = errors(browser.post(&format!("{app}/secret/roll-back"), &[]).await);
        assert!(body.contains("24 hours"), "{body}");
    })
    .await;
}

/// security.md 30, as an operator sees it
#[tokio::test]
async fn s30_many_refusals_are_shown_as_the_apps_and_can_be_vouched_for() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let shops = ["shop-a", "shop-b", "shop-c"];
        for shop in shops {
            server.install(&tenant, shop).await;
            server.simulator.account(shop).deactivate();
        }
        let browser = server.signed_in("acme").await;
        for shop in shops {
            let check = format!("/t/acme/accounts/acme-app/{shop}/check");
            browser.post(&check, &[]).await;
        }
        let page = "/t/acme/apps/acme-app";
        let body = browser.get(page).await.expect(StatusCode::OK).body;
        assert!(body.contains("Gorgias refused several accounts"), "{body}");
        let app = server.api_get("/apps/acme-app", &tenant.token).await.json();
        assert_eq!(app["fault"], "refusals");
        let health = async || {
            let path = "/connections/acme-app/shop-a";
            let row = server.api_get(path, &tenant.token).await.json();
            (row["health"].clone(), row["own_health"].clone())
        };
        assert_eq!(
            health().await,
            ("setup_fault".into(), "working".into()),
            "what was called lost is taken back"
        );
        let answer = browser.post(&format!("{page}/refusals"), &[]).await;
        answer.told_on(page);
        let body = browser
            .get(answer.location())
            .await
            .expect(StatusCode::OK)
            .body;
        assert!(!body.contains("Gorgias refused several accounts"), "{body}");
        let check = "/t/acme/accounts/acme-app/shop-a/check";
        browser.post(check, &[]).await;
        assert_eq!(health().await.0, "disconnected");
    })
    .await;
}

#[tokio::test]
async fn keys_are_rotated_from_their_page() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/keys";
        let body = browser.get(page).await.expect(StatusCode::OK).body;
        assert!(
            body.contains("All 4 readable records are under the current key"),
            "{body}"
        );
        let answer = browser.post(page, &[]).await;
        answer.told_on(page);
        let body = browser
            .get(answer.location())
            .await
            .expect(StatusCode::OK)
            .body;
        assert!(body.contains("0 of 4 records"), "{body}");
        let answer = browser.post(page, &[]).await;
        answer.told_on(page);
        let services = &server.world.services;
        while service::keys::rotate::continue_all(services).await.unwrap() {}
        let body = browser.get(page).await.expect(StatusCode::OK).body;
        assert!(body.contains("All 4 readable records"), "{body}");
        assert!(body.contains("Nothing is under it. Removed"), "{body}");
    })
    .await;
}
