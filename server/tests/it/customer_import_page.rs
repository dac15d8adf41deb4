//! Customers that come from a CSV file, on the page for it.

use crate::{
    browser::{Answer, Browser},
    test_server::{connected_tenant, on_each_database},
};
use axum::http::StatusCode;

const PAGE: &str = "/t/acme/accounts/import";
const FILE: &str = "subdomain;name;tags;contact_email\r\n\
    shop;Shop & Söhne;dach;\r\n\
    nova;Nova <b>;;mira@nova.example\r\n\
    no name;Nobody;;\r\n";

/// Posts the first form with a file, or with pasted lines.
async fn look(browser: &Browser, file: &str, text: &str) -> Answer {
    let key = browser.get(PAGE).await.form_key(PAGE);
    let claims = "name=\"file\"; filename=\"customers.csv\"\r\ncontent-type: text/csv";
    let parts = [
        ("name=\"form_key\"", key.as_bytes()),
        (claims, file.as_bytes()),
        ("name=\"text\"", text.as_bytes()),
    ];
    browser.post_parts(PAGE, &parts).await
}

/// Posts the second form of the page.
async fn store(browser: &Browser, looked_at: &Answer) -> Answer {
    let key = looked_at.form_key(PAGE);
    let text = looked_at.body.split("name=\"text\" value=\"").nth(1);
    let text = text.and_then(|rest| rest.split('"').next()).unwrap();
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let parts = [
        ("name=\"form_key\"", key.as_bytes()),
        ("name=\"text\"", text.as_bytes()),
        ("name=\"step\"", &b"store"[..]),
    ];
    browser.post_parts(PAGE, &parts).await
}

#[tokio::test]
async fn a_file_is_looked_at_before_it_is_stored() {
    on_each_database(async |server| {
        connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let list = browser.get("/t/acme/accounts").await.body;
        assert!(list.contains(&format!("href=\"{PAGE}\"")), "{list}");
        let looked_at = look(&browser, FILE, "").await.expect(StatusCode::OK);
        for shown in [
            "1 account would be added and 1 changed; 1 line can’t be stored.",
            "Changed: name, tags",
            "Added: name, contacts",
            "no name",
            "Import 2 accounts",
        ] {
            assert!(
                looked_at.body.contains(shown),
                "{shown}: {}",
                looked_at.body
            );
        }
        let list = browser.get("/t/acme/accounts").await.body;
        assert!(!list.contains("Söhne"), "nothing is stored yet");
        let stored = store(&browser, &looked_at).await;
        let to = stored.told_on("/t/acme/accounts").to_owned();
        let list = browser.get(&to).await.body;
        for shown in [
            "Imported: 1 added, 1 changed. One line could not be stored.",
            "Shop &amp; Söhne",
            "Nova &lt;b&gt;",
        ] {
            assert!(list.contains(shown), "{shown}: {list}");
        }
        // The same again, pasted: there is nothing to do.
        let again = look(&browser, "", FILE).await.expect(StatusCode::OK).body;
        assert!(again.contains("Nothing would change, 2 are like that already"));
        assert!(!again.contains("name=\"step\""), "{again}");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_at_its_field() {
    on_each_database(async |server| {
        connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        for (file, text, field, why) in [
            ("", " \n", "file", "Choose a file, or paste lines."),
            ("name\nAcme", "", "file", "names no column"),
            (
                "",
                "subdomain,colour\nacme,red",
                "text",
                "There is no column",
            ),
        ] {
            let page = look(&browser, file, text).await;
            let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
            assert!(page.contains(&format!("id=\"{field}-error\"")), "{page}");
            assert!(page.contains(why), "{why}: {page}");
            assert!(page.contains(text.trim()), "what was pasted stays");
        }
    })
    .await;
}

#[tokio::test]
async fn a_customer_that_is_connected_to_nothing_has_a_page() {
    on_each_database(async |server| {
        connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let looked_at = look(&browser, FILE, "").await;
        store(&browser, &looked_at).await.location();
        let nova = "/t/acme/accounts/nova";
        let list = browser.get("/t/acme/accounts").await.body;
        assert!(list.contains(&format!("href=\"{nova}\"")), "{list}");
        let page = browser.get(nova).await.expect(StatusCode::OK).body;
        for shown in [
            "<h1>Nova &lt;b&gt;</h1>",
            "Connected to no app yet.",
            "/t/acme/accounts/connect?account=nova",
            "mira@nova.example",
            "/t/acme/accounts/nova?customer=edit#customer",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        let open = browser.get(&format!("{nova}?customer=edit")).await;
        assert!(open.body.contains(&format!("action=\"{nova}\"")));
        let fields = [("name", "Nova Home"), ("external_id", "N-7")];
        let saved = browser.post_and_look(nova, &fields).await.body;
        assert!(saved.contains("<h1>Nova Home</h1>") && saved.contains("N-7"));
        let long = "x".repeat(400);
        let bad = browser.post(nova, &[("name", &long)]).await;
        let bad = bad.expect(StatusCode::UNPROCESSABLE_ENTITY).body;
        assert!(bad.contains("id=\"customer_name-error\""), "{bad}");
        let nobody = browser.post("/t/acme/accounts/nobody", &fields).await;
        nobody.expect(StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn the_apps_of_an_account_are_tabs_of_its_page() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let browser = server.signed_in("acme").await;
        let page = "/t/acme/accounts/acme-app/shop";
        let alone = browser.get(page).await.body;
        assert!(!alone.contains("Connections of shop"), "there is one app");
        server.world.app(&tenant.owner, "orders").await;
        let one = browser.get(page).await.body;
        assert!(one.contains("aria-label=\"Connections of shop\""), "{one}");
        assert!(one.contains("+ Another app"), "{one}");
        let shop = "shop".parse().unwrap();
        let options = service::connections::links::LinkOptions::default();
        service::connections::links::create(&tenant.owner, "orders", &shop, options)
            .await
            .unwrap();
        let both = browser.get(page).await.body;
        let tabs = both.split("Connections of shop").nth(1).unwrap();
        let tabs = tabs.split("</nav>").next().unwrap();
        for (href, current) in [("acme-app", true), ("orders", false)] {
            let tab = format!("href=\"/t/acme/accounts/{href}/shop\"");
            let tab = tabs.split("<a ").find(|link| link.contains(&tab));
            let tab = tab.unwrap_or_else(|| panic!("{href}: {tabs}"));
            assert_eq!(tab.contains("aria-current=\"page\""), current, "{tab}");
        }
        assert!(tabs.contains("Not connected") && !tabs.contains("Another app"));
    })
    .await;
}
