//! `/t/{tenant}/live`

use crate::house::{House, on_each_database};
use axum::{
    body::{Body, BodyDataStream},
    http::{Method, StatusCode},
};
use futures::StreamExt;
use tower::ServiceExt;

async fn open(house: &House, tenant: &str) -> (crate::browser::Browser, BodyDataStream) {
    let browser = house.signed_in(tenant).await;
    let request = browser
        .request(Method::GET, &format!("/t/{tenant}/live"))
        .body(Body::empty())
        .unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    (browser, response.into_body().into_data_stream())
}

async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let bytes = stream.next().await?.unwrap();
    Some(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn changes_of_the_tenant_arrive() {
    on_each_database(async |house| {
        let acme = house.tenant("acme").await;
        let other = house.tenant("other").await;
        let (_browser, mut stream) = open(&house, "acme").await;
        house.install(&other, "elsewhere").await;
        house.install(&acme, "shop").await;
        let event = next(&mut stream).await.unwrap();
        assert!(event.contains("event: change"), "{event}");
        assert!(event.contains("\"subdomain\":\"shop\""), "{event}");
        assert!(event.contains("\"health\":\"working\""), "{event}");
        assert!(!event.contains("elsewhere"), "{event}");
    })
    .await;
}

/// security.md 47
#[tokio::test]
async fn the_stream_ends_with_the_session() {
    on_each_database(async |house| {
        house.tenant("acme").await;
        let (browser, mut stream) = open(&house, "acme").await;
        browser.post("/signout", &[]).await;
        assert_eq!(next(&mut stream).await, None);
    })
    .await;
}

/// security.md 34
#[tokio::test]
async fn s34_the_stream_ends_with_the_process() {
    on_each_database(async |house| {
        house.tenant("acme").await;
        let (_browser, mut stream) = open(&house, "acme").await;
        house.options.shutdown.cancel();
        assert_eq!(next(&mut stream).await, None);
    })
    .await;
}

#[tokio::test]
async fn strangers_hear_nothing() {
    on_each_database(async |house| {
        house.tenant("acme").await;
        let answer = house.browser().get("/t/acme/live").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    })
    .await;
}
