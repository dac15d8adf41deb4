//! `/oauth/{app}/install`, `/callback` and `/result`.

mod callback;
mod cookies;
mod install;

use crate::{
    browser::{Answer, Browser},
    test_server::{Tenant, TestServer, install_path},
};
use axum::http::StatusCode;

pub async fn health(server: &TestServer, tenant: &Tenant, account: &str) -> serde_json::Value {
    let path = format!("/connections/{}/{account}", tenant.app.slug);
    server.api_get(&path, &tenant.token).await.json()
}

/// Begins an installation and approves it; gives the callback's address.
pub async fn approved(
    server: &TestServer,
    browser: &Browser,
    tenant: &Tenant,
    account: &str,
) -> String {
    let begun = browser.get(&install_path(tenant, account)).await;
    server.simulator.approve(begun.location()).unwrap()
}

pub fn refused(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert!(answer.header("content-type").starts_with("text/html"));
}

/// The cookies of authorizations that a browser holds.
pub fn authorizations(browser: &Browser) -> Vec<(String, String)> {
    let mut cookies = browser.cookies();
    cookies.retain(|(name, _)| name.starts_with("mooring_auth_"));
    cookies
}
