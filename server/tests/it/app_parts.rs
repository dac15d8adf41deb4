//! The parts of an app's page, without script.

use crate::{pages::errors, test_server::on_each_database};
use axum::http::StatusCode;
use service::apps;

const APP: &str = "/t/acme/apps/acme-app";

#[tokio::test]
async fn each_part_saves_its_own_fields_and_comes_back() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let stored = async || {
            let app = apps::list::one(&tenant.owner, "acme-app").await.unwrap();
            app.unwrap()
        };
        let before = stored().await;
        let page = format!("{APP}/settings");
        let fields = [
            ("name", "Other"),
            ("after_install_url", "https://other.example/"),
            ("basic_encoding", "form"),
            ("pkce", "on"),
        ];
        browser.fill_in(&page, &page, &fields).await.told_on(&page);
        let now = stored().await;
        assert_eq!((now.name.as_str(), now.pkce), ("Other", true));
        assert_eq!(now.basic_encoding.code(), "form");
        assert_eq!(
            (&now.client_id, &now.requested),
            (&before.client_id, &before.requested)
        );

        let page = format!("{APP}/credentials");
        let saved = browser.fill_in(&page, &page, &[("client_id", "new-id")]);
        saved.await.told_on(&page);
        let after = stored().await;
        assert_eq!(after.client_id, "new-id");
        assert_eq!(after.after_install_url, now.after_install_url);
        assert_eq!((after.name, after.pkce), (now.name, now.pkce));
        assert_eq!(after.requested, now.requested);

        // What can't be stored is told in the part that it was typed into.
        let wrong = browser.post(&page, &[("client_id", "two words")]).await;
        let body = errors(wrong);
        assert!(body.contains("value=\"two words\""), "{body}");
        assert!(body.contains("client_id-error"), "{body}");
        let page = format!("{APP}/settings");
        let body = errors(browser.post(&page, &[("name", "")]).await);
        assert!(body.contains("1 to 60 characters"), "{body}");
        let body = errors(
            browser
                .post(&format!("{APP}/remove"), &[("confirm", "x")])
                .await,
        );
        assert!(body.contains("confirm-error"), "{body}");
    })
    .await;
}

#[tokio::test]
async fn the_list_of_an_app_has_its_accounts_and_keeps_its_address() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        server.world.app(&tenant.owner, "other").await;
        let browser = server.signed_in("acme").await;
        let page = format!("{APP}/accounts");
        let body = browser.get(&page).await.expect(StatusCode::OK).body;
        assert!(body.contains("/t/acme/accounts/acme-app/shop"), "{body}");
        // Filters stay on the page; a job of all that match is for this app alone.
        assert!(body.contains(&format!("{page}?health=need_you")), "{body}");
        assert!(body.contains("name=\"filter\" value=\"app=acme-app\""));
        let body = browser.get(&format!("{page}?app=other&q=shop")).await.body;
        assert!(body.contains("/t/acme/accounts/acme-app/shop"), "{body}");
        let other = browser.get("/t/acme/apps/other/accounts").await;
        let other = other.expect(StatusCode::OK).body;
        assert!(other.contains("Nothing connected yet"), "{other}");
    })
    .await;
}

#[tokio::test]
async fn addresses_of_before_lead_on() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let old = browser.get(&format!("{APP}?add=offline")).await;
        assert_eq!(
            old.location(),
            format!("{APP}/permissions?add=offline#asks")
        );
        let overview = browser.get(APP).await.expect(StatusCode::OK).body;
        for id in ["asks", "addresses", "preview"] {
            assert!(overview.contains(&format!("id=\"{id}\"")), "{id}");
        }
    })
    .await;
}
