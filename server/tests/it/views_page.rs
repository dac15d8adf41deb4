//! Saved views and columns of the accounts list, without script.

use crate::{isolation::things::joined, pages::errors, test_server::on_each_database};
use axum::http::StatusCode;
use domain::{app_limit::AppLimit, role::Role};

const LIST: &str = "/t/acme/accounts";
const VIEWS: &str = "/t/acme/views";

#[tokio::test]
async fn a_view_is_saved_shown_to_others_renamed_and_removed() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let filtered = format!("{LIST}?health=working&sort=name&columns=owner");
        let page = browser.get(&filtered).await.expect(StatusCode::OK);
        let filter = "health=working&sort=name&columns=owner";
        let hidden = format!("name=\"filter\" value=\"{}\"", filter.replace('&', "&amp;"));
        assert!(page.body.contains(&hidden), "{}", page.body);
        let key = page.form_key(VIEWS);
        let fields = [
            ("view", "Fine ones"),
            ("filter", filter),
            ("form_key", &key),
        ];
        let saved = browser.post(VIEWS, &fields).await;
        assert!(
            saved
                .location()
                .starts_with(&format!("{filtered}&outcome="))
        );
        let shown = browser.get(saved.location()).await.expect(StatusCode::OK);
        assert!(
            shown.body.contains("The view Fine ones is saved."),
            "{}",
            shown.body
        );

        // Whoever looks sees it, and it is the current one at its own address.
        let viewer = joined(&server, &tenant, Role::Viewer, AppLimit::All, "viewer").await;
        let body = viewer.get(&filtered).await.expect(StatusCode::OK).body;
        let tab = body.split("<a ").find(|a| a.contains("Fine ones")).unwrap();
        assert!(tab.contains("aria-current=\"page\""), "{tab}");
        assert!(!body.contains("Name of the view"), "a viewer saves none");
        let found = viewer.get("/t/acme/search?q=fine").await.body;
        assert!(
            found.contains("Fine ones") && found.contains("health=working"),
            "{found}"
        );

        // A customer without a connection leads to the customer's page, not to a form.
        let file: &[u8] = b"subdomain,name\nbolt,Bolt Bikes\n";
        service::accounts::import(&tenant.owner, file, false)
            .await
            .unwrap();
        let found = viewer.get("/t/acme/search?q=bolt").await.body;
        assert!(found.contains("href=\"/t/acme/accounts/bolt\""), "{found}");

        // A second one of the name is refused, and what was typed stays.
        let again = [("view", "FINE ones"), ("filter", "")];
        let body = errors(browser.post(VIEWS, &again).await);
        assert!(body.contains("already"), "{body}");
        assert!(body.contains("value=\"FINE ones\""), "{body}");

        let list = browser.get(VIEWS).await.expect(StatusCode::OK).body;
        let id = list.split("/t/acme/views/").nth(1).unwrap();
        let id = id.split('"').next().unwrap().to_owned();
        let view = format!("{VIEWS}/{id}");
        let body = errors(browser.post(&view, &[("view", ""), ("id", &id)]).await);
        assert!(body.contains(&format!("view-{id}-error")), "{body}");
        browser
            .post(&view, &[("view", "Good ones")])
            .await
            .told_on(VIEWS);
        let refused = viewer.post(&format!("{view}/remove"), &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let gone = browser.post_and_look(&format!("{view}/remove"), &[]).await;
        assert!(gone.body.contains("The view Good ones was removed."));
        assert!(gone.body.contains("No saved view yet"), "{}", gone.body);
    })
    .await;
}

#[tokio::test]
async fn columns_are_chosen_in_the_address_and_for_oneself() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let heads = async |address: &str| {
            let body = browser.get(address).await.expect(StatusCode::OK).body;
            let heads = [
                "c-id",
                "c-owner",
                "c-tags",
                "c-since",
                "c-app",
                "c-fine",
                "c-history",
            ];
            let shown = heads
                .into_iter()
                .filter(|class| body.contains(&format!("scope=\"col\" class=\"{class}\"")));
            shown.collect::<Vec<_>>().join(" ")
        };
        let usual = "c-owner c-tags c-app c-fine c-history";
        assert_eq!(heads(LIST).await, usual);
        // As boxes send them, with the one that says that they were sent.
        let boxes = format!("{LIST}?columns=none&columns=since&columns=external_id");
        assert_eq!(heads(&boxes).await, "c-id c-since");
        assert_eq!(heads(&format!("{LIST}?columns=none")).await, "");

        let fields = [("columns", "none"), ("columns", "since"), ("q", "shop")];
        let chosen = browser.post("/t/acme/columns", &fields).await;
        assert!(
            chosen
                .location()
                .starts_with(&format!("{LIST}?q=shop&outcome="))
        );
        assert_eq!(heads(LIST).await, "c-since", "from now on");
        assert_eq!(heads(&format!("{LIST}?columns=tags")).await, "c-tags");
        let other = joined(&server, &tenant, Role::Viewer, AppLimit::All, "other").await;
        let body = other.get(LIST).await.expect(StatusCode::OK).body;
        assert!(body.contains("c-history"), "others see the usual ones");
        let unknown = browser.post("/t/acme/columns", &[("odd", "1")]).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
