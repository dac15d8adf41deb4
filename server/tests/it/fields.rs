//! What forms make of their fields.

use crate::{
    forms::TOKENS,
    test_server::{form_addresses, on_each_database},
};
use axum::http::StatusCode;
use service::apps;

/// A misspelt field would leave undone what somebody believes to be done.
#[tokio::test]
async fn no_form_takes_a_field_that_does_not_exist() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let before = apps::list::all(&tenant.owner).await.unwrap().len();
        for path in form_addresses() {
            let answer = browser.post(&path, &[("canary", "canary")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(
                answer
                    .body
                    .contains("It has a field that does not exist here."),
                "{path}"
            );
            assert!(!answer.body.contains("canary"), "{path}");
        }
        let apps = apps::list::all(&tenant.owner).await.unwrap();
        assert_eq!(apps.len(), before);
        assert_eq!(browser.get("/t/acme").await.status, 200, "still signed in");
    })
    .await;
}

#[tokio::test]
async fn all_mistakes_of_a_form_are_told_at_once() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let wrong = [
            ("name", "backend"),
            ("role", "king"),
            ("expires", "never"),
            ("networks", "everywhere"),
        ];
        let answer = browser.post(TOKENS, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["role", "expires", "networks"] {
            let error = format!("id=\"{field}-error\"");
            assert!(answer.body.contains(&error), "{field}: {}", answer.body);
        }
        assert!(answer.body.contains("value=\"backend\""), "nothing is lost");
    })
    .await;
}
