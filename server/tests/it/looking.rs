//! Machines that look: mail scanners, link previews, browsers that load ahead.

use crate::{
    browser::{Answer, Browser},
    test_server::{TestServer, on_each_database},
};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use secrecy::ExposeSecret;
use service::connections::{
    links::{self, LinkOptions, LinkState},
    show,
};

/// A link, and the path that leads to it.
async fn link(server: &TestServer) -> (crate::test_server::Tenant, String) {
    let tenant = server.tenant("acme").await;
    let shop = "shop".parse().unwrap();
    let made = links::create(&tenant.owner, "acme-app", &shop, LinkOptions::default());
    let url = made.await.unwrap().url.expose_secret().to_owned();
    let path = url.strip_prefix(service::testing::PUBLIC_URL).unwrap();
    (tenant, path.to_owned())
}

async fn state(tenant: &crate::test_server::Tenant) -> LinkState {
    let shop = "shop".parse().unwrap();
    let account = show::show(&tenant.owner, "acme-app", &shop).await;
    let id = account.unwrap().unwrap().row.id;
    let rows = links::of_connection(&tenant.owner, id).await.unwrap();
    rows[0].state
}

async fn look(browser: &Browser, method: Method, path: &str, header: (&str, &str)) -> Answer {
    let request = browser.request(method, path).header(header.0, header.1);
    browser.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn s83_looking_at_a_link_counts_nothing() {
    on_each_database(async |server| {
        let (tenant, path) = link(&server).await;
        let browser = server.browser();
        for method in [Method::GET, Method::HEAD] {
            for header in [
                ("accept", "*/*"),
                ("sec-purpose", "prefetch"),
                ("sec-purpose", "prefetch;prerender"),
                ("purpose", "prefetch"),
                ("x-moz", "prefetch"),
                ("user-agent", "Slackbot-LinkExpanding 1.0"),
            ] {
                server.world.statements.take();
                look(&browser, method.clone(), &path, header)
                    .await
                    .expect(StatusCode::OK);
                let wrote = server.world.statements.count("BEGIN to write");
                assert_eq!(wrote, 0, "{method} {header:?}");
                assert_eq!(state(&tenant).await, LinkState::Sent);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn s83_the_script_of_the_visible_page_says_that_it_was_opened() {
    on_each_database(async |server| {
        let (tenant, path) = link(&server).await;
        let browser = server.browser();
        let page = browser.get(&path).await.expect(StatusCode::OK);
        let policy = page.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).unwrap();
        let nonce = nonce.split('\'').next().unwrap();
        let script = page.body.split("<script").nth(1).unwrap();
        assert!(
            script.starts_with(&format!(" nonce=\"{nonce}\">")),
            "{script}"
        );
        let script = script.split("</script>").next().unwrap();
        assert!(script.contains("visibilityState===\"visible\""), "{script}");
        assert!(script.len() < 400, "{} bytes", script.len());
        assert_eq!(page.body.matches("<script").count(), 1, "no wasm");

        let opened = browser.post(&format!("{path}/opened"), &[]).await;
        assert_eq!(opened.status, StatusCode::NO_CONTENT);
        assert_eq!(state(&tenant).await, LinkState::Opened);
        // Another site can't say it, and it tells nobody which links there are.
        let request = browser
            .request(Method::POST, &format!("{path}/opened"))
            .header("origin", "https://evil.example");
        let foreign = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        let unknown = browser.post("/r/unknown/opened", &[]).await;
        assert_eq!(unknown.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn s83_without_script_pressing_the_button_is_opening() {
    on_each_database(async |server| {
        let (tenant, path) = link(&server).await;
        let browser = server.browser();
        let begun = browser.post(&path, &[]).await;
        assert!(
            begun
                .location()
                .starts_with(&server.simulator.issuer("shop"))
        );
        let shop = "shop".parse().unwrap();
        let account = show::show(&tenant.owner, "acme-app", &shop).await;
        let id = account.unwrap().unwrap().row.id;
        let rows = links::of_connection(&tenant.owner, id).await.unwrap();
        assert!(rows[0].opened_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn s83_search_engines_are_kept_away_by_header_and_page() {
    on_each_database(async |server| {
        let (_, path) = link(&server).await;
        let browser = server.browser();
        for path in [path.as_str(), "/r/unknown", "/signin"] {
            let page = browser.get(path).await;
            assert_eq!(page.header("x-robots-tag"), "noindex", "{path}");
            assert!(page.body.contains("name=\"robots\" content=\"noindex\""));
        }
    })
    .await;
}
