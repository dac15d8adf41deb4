//! Showing a client secret.

use crate::{
    browser::{Answer, Browser},
    test_server::{TestServer, on_each_database},
};
use axum::http::{Method, StatusCode};

const PAGE: &str = "/t/acme/apps/acme-app/reveal";
const SECRET: &str = "acme-app-secret";

async fn ask(browser: &Browser) -> Answer {
    browser.post(PAGE, &[]).await
}

/// What a confirmed session is led to.
async fn shown(browser: &Browser) -> Answer {
    let answer = ask(browser).await;
    assert!(!answer.body.contains(SECRET), "not in the answer itself");
    let page = browser.get(answer.told_on(PAGE)).await;
    page.expect(StatusCode::OK)
}

async fn become_role(server: &TestServer, role: &str) {
    let changed = server
        .world
        .past(&format!("UPDATE memberships SET role = '{role}'"))
        .await;
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn a_secret_is_shown_on_a_page_that_leaves_by_itself() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let form = browser.get(PAGE).await.expect(StatusCode::OK).body;
        assert!(form.contains("audit names you") && !form.contains(SECRET));
        assert_eq!(browser.get(PAGE).await.header("refresh"), "");

        let shown = shown(&browser).await;
        assert_eq!(shown.body.matches(SECRET).count(), 1, "{}", shown.body);
        assert_eq!(shown.header("cache-control"), "no-store");
        assert_eq!(
            shown.header("refresh"),
            "30;url=/t/acme/apps/acme-app/credentials"
        );
        assert!(!shown.body.contains("<script"), "nothing is hydrated");
        // After that, and by any other way, it isn't there.
        for path in [
            PAGE,
            "/t/acme/apps/acme-app/reveal?outcome=none",
            "/t/acme/apps/acme-app",
            "/t/acme/apps/acme-app/credentials",
            "/t/acme/apps",
            "/t/acme/audit",
            "/t/acme/keys",
        ] {
            let body = browser.get(path).await.expect(StatusCode::OK).body;
            assert!(!body.contains(SECRET), "{path}");
        }
        let audit = browser.get("/t/acme/audit").await.body;
        assert!(audit.contains("Client secret shown"), "{audit}");
    })
    .await;
}

/// security.md 52, 53
#[tokio::test]
async fn only_owners_and_operators_of_the_tenant_may() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        for role in ["success", "viewer"] {
            become_role(&server, role).await;
            for answer in [browser.get(PAGE).await, ask(&browser).await] {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role}");
                assert!(!answer.body.contains(SECRET));
            }
        }
        become_role(&server, "operator").await;
        assert!(shown(&browser).await.body.contains(SECRET));
        server.tenant("other").await;
        let nothing = browser.get("/t/nothing").await;
        for path in [
            "/t/other/apps/other-app/reveal",
            "/t/acme/apps/other-app/reveal",
        ] {
            assert_eq!(browser.get(path).await.status, nothing.status, "{path}");
            let answer = browser.post(path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(!answer.body.contains("other-app-secret"));
        }
    })
    .await;
}

/// security.md 51
#[tokio::test]
async fn another_site_cannot_ask_for_it() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let request = browser
            .request(Method::POST, PAGE)
            .header("origin", "https://evil.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(crate::browser::form(&[]))
            .unwrap();
        let answer = browser.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!answer.body.contains(SECRET));
    })
    .await;
}

/// security.md 64
#[tokio::test]
async fn s64_it_is_not_shown_while_the_audit_cannot_be_written() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        server.world.make_audit_unwritable().await;
        let answer = ask(&browser).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!answer.body.contains(SECRET));
        assert!(
            answer.body.contains("audit can’t be written")
                || answer.body.contains("audit can't be written"),
            "{}",
            answer.body
        );
        server.world.make_audit_writable().await;
        assert!(shown(&browser).await.body.contains(SECRET));
    })
    .await;
}
