//! Errors that no handler made: pages for browsers, problems for programs.

use crate::{
    browser::{Answer, form},
    test_server::on_each_database,
};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};

#[track_caller]
fn is_page(answer: &Answer, status: StatusCode, title: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(
        answer.body.contains(&format!("<h1>{title}</h1>")),
        "{}",
        answer.body
    );
    assert!(answer.header("content-security-policy").contains("nonce-"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.header("x-request-id").is_empty());
}

#[track_caller]
fn is_problem(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["code"], code);
    assert_eq!(answer.json()["status"], status.as_u16());
}

/// security.md 51
#[tokio::test]
async fn s51_a_foreign_post_gets_a_page_that_says_so() {
    on_each_database(async |server| {
        let browser = server.browser();
        for path in ["/signin", "/t/acme/apps/new", "/nothing/here"] {
            let request = browser
                .request(Method::POST, path)
                .header("origin", "https://evil.example");
            let answer = browser.send(request.body(form(&[])).unwrap()).await;
            is_page(&answer, StatusCode::FORBIDDEN, "This didn’t come from here");
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_method_gets_a_page_or_a_problem() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let answer = browser.get("/signout").await;
        is_page(
            &answer,
            StatusCode::METHOD_NOT_ALLOWED,
            "This address isn’t for that",
        );
        assert_eq!(answer.header("allow"), "POST");
        let answer = browser.post("/t/acme", &[]).await;
        is_page(
            &answer,
            StatusCode::METHOD_NOT_ALLOWED,
            "This address isn’t for that",
        );
        let answer = server.call(Method::PUT, "/apps", &tenant.token, None).await;
        is_problem(
            &answer,
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
        );
        let answer = browser.post("/healthz", &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.body, "", "who watches reads the status alone");
    })
    .await;
}

#[tokio::test]
async fn too_much_and_too_odd_get_a_page_or_a_problem() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let much = "x".repeat(2 * 1024 * 1024);
        let answer = browser.post("/signin", &[("email", &much)]).await;
        is_page(&answer, StatusCode::PAYLOAD_TOO_LARGE, "That is too much");
        let body = serde_json::json!({ "name": much });
        let answer = server
            .call(Method::POST, "/apps", &tenant.token, Some(body))
            .await;
        is_problem(&answer, StatusCode::PAYLOAD_TOO_LARGE, "too_large");
        let request = browser
            .request(Method::POST, "/signin")
            .header("origin", service::testing::PUBLIC_URL)
            .header("content-type", "text/plain");
        let mut request = request.body(Body::from("a=b")).unwrap();
        request.headers_mut().remove("content-type");
        request
            .headers_mut()
            .insert("content-type", "text/plain".parse().unwrap());
        let answer = browser.send(request).await;
        is_page(
            &answer,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "This can’t be read",
        );
        let answer = server.api_get("/apps/%ff", &tenant.token).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
    })
    .await;
}
