//! What is known of a customer, on the page of an account.

use crate::test_server::{connected_tenant, on_each_database};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role};
use service::connections::links::{self, LinkOptions};

const PAGE: &str = "/t/acme/accounts/acme-app/shop";
const FORM: &str = "/t/acme/accounts/acme-app/shop/customer";

fn fields<'a>(name: &'a str, email: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("external_id", "C-1004"),
        ("owner", ""),
        ("tags", "enterprise, DACH"),
        ("note", "Renewal in January."),
        ("contact_email", email),
        ("contact_name", "Mira Okafor"),
        ("contact_language", "de"),
        ("contact_email", ""),
        ("contact_name", ""),
        ("contact_language", ""),
    ]
}

#[tokio::test]
async fn it_is_edited_in_place() {
    on_each_database(async |server| {
        connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let page = browser.get(PAGE).await.expect(StatusCode::OK).body;
        assert!(page.contains("?customer=edit#customer"), "{page}");
        assert!(!page.contains("name=\"external_id\""));
        let open = browser.get(&format!("{PAGE}?customer=edit")).await.body;
        assert!(open.contains("name=\"external_id\""), "{open}");
        assert!(
            !open.contains("data-live=\"customer\""),
            "nothing replaces it"
        );

        let good = fields("Acme Outdoor", "mira@acme.example");
        let saved = browser.post_and_look(FORM, &good).await.body;
        for shown in [
            "<h1>Acme Outdoor</h1>",
            "C-1004",
            "DACH",
            "Renewal in January.",
            "mira@acme.example · German",
        ] {
            assert!(saved.contains(shown), "{shown}: {saved}");
        }
        let list = browser.get("/t/acme/accounts").await.body;
        assert!(list.contains("Acme Outdoor"), "{list}");
        // What was typed stays if something is wrong with it.
        let bad = browser.post(FORM, &fields("Acme Out", "mira")).await;
        let bad = bad.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(bad.contains("is not an e-mail address"), "{bad}");
        assert!(bad.contains("value=\"Acme Out\""), "{bad}");
        assert!(bad.contains("value=\"mira\""), "{bad}");
        let elsewhere = FORM.replace("shop", "nobody");
        let missing = browser.post(&elsewhere, &good).await;
        missing.expect(StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn viewers_see_it_and_change_nothing() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let owner = server.signed_in("acme").await;
        let good = fields("Acme Outdoor", "mira@acme.example");
        owner.post(FORM, &good).await.location();
        let all = AppLimit::All;
        let viewer = crate::isolation::joined(&server, &tenant, Role::Viewer, all, "ann").await;
        let page = viewer.get(&format!("{PAGE}?customer=edit")).await;
        let page = page.expect(StatusCode::OK).body;
        assert!(page.contains("Acme Outdoor") && page.contains("mira@acme.example"));
        assert!(!page.contains("name=\"external_id\"") && !page.contains("?customer=edit"));
        let refused = viewer.post(FORM, &good).await;
        refused.expect(StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn an_account_has_an_address_without_an_app() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let any = "/t/acme/accounts/shop";
        assert_eq!(browser.get(any).await.location(), PAGE);
        // The token of the first app still lives; the other one was never approved.
        server.world.app(&tenant.owner, "orders").await;
        let shop = "shop".parse().unwrap();
        links::create(&tenant.owner, "orders", &shop, LinkOptions::default())
            .await
            .unwrap();
        // That one is more urgent.
        let worst = "/t/acme/accounts/orders/shop";
        assert_eq!(browser.get(any).await.location(), worst);
        for unknown in ["/t/acme/accounts/nobody", "/t/acme/accounts/no%20name"] {
            browser.get(unknown).await.expect(StatusCode::NOT_FOUND);
        }
        server.tenant("other").await;
        let stranger = server.signed_in("other").await;
        stranger.get(any).await.expect(StatusCode::NOT_FOUND);
        let own = stranger.get("/t/other/accounts/shop").await;
        own.expect(StatusCode::NOT_FOUND);
    })
    .await;
}
