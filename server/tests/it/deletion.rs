//! Deleting a tenant in the browser, and bringing it back.

use crate::test_server::on_each_database;
use axum::http::StatusCode;
use domain::role::Role;

const DELETE: &str = "/t/acme/settings/delete";

#[tokio::test]
async fn a_tenant_is_deleted_by_typing_its_name_and_its_owner_brings_it_back() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.tenant("other").await;
        server.install(&tenant, "shop").await;
        let backend = server.token(&tenant, Role::Backend).await;
        let browser = server.signed_in("acme").await;
        let question = browser.get(DELETE).await.expect(StatusCode::OK);
        assert!(question.body.contains("role=\"alertdialog\""));
        assert!(question.body.contains("Its connection stops at once."));
        let wrong = browser.post(DELETE, &[("confirm", "acne")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("value=\"acne\""));
        assert!(wrong.body.contains("Type “acme” to delete it."));
        assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);

        let answer = browser.post(DELETE, &[("confirm", "acme")]).await;
        let page = browser
            .get(answer.told_on("/t"))
            .await
            .expect(StatusCode::OK);
        assert!(page.body.contains("acme was deleted."));
        assert!(page.body.contains("action=\"/t/acme/restore\""));
        for path in ["/t/acme", "/t/acme/settings", "/t/acme/accounts"] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let token = "/connections/acme-app/shop/token";
        for key in [&backend, &tenant.token] {
            let answer = server.api_get(token, key).await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "as one that was revoked"
            );
        }

        let stranger = server.signed_in("other").await;
        let answer = stranger.post("/t/acme/restore", &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get("/t/acme").await.status, StatusCode::NOT_FOUND);
        let page = browser.post_and_look("/t/acme/restore", &[]).await;
        assert!(page.body.contains("The tenant is back."));
        assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
        let answer = browser.post("/t/acme/restore", &[]).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "there is nothing to bring back"
        );
    })
    .await;
}

#[tokio::test]
async fn tenants_are_searched_by_name() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let page = browser.get("/t").await.expect(StatusCode::OK);
        assert!(!page.body.contains("role=\"search\""), "there is one alone");
        assert!(
            !page.body.contains("New tenant"),
            "the settings don’t allow it"
        );
        let none = browser
            .get("/t?q=%3Cscript%3E")
            .await
            .expect(StatusCode::OK);
        assert!(none.body.contains("“&lt;script&gt;”"));
        let one = browser.get("/t?q=ACM").await.expect(StatusCode::OK);
        assert!(one.body.contains("href=\"/t/acme\""));
    })
    .await;
}
