//! Other tenants' things answer exactly as things that don't exist.

use crate::test_server::{Tenant, TestServer, on_each_database};
use axum::http::{Method, StatusCode};
use domain::role::Role;
use secrecy::ExposeSecret;
use service::Confirmed;
use service::api_tokens::{self, NewApiToken};

const NOBODYS: &str = "0190b5c1-7c3e-7000-8000-000000000000";

async fn two(server: &TestServer) -> (Tenant, Tenant) {
    let (acme, other) = (server.tenant("acme").await, server.tenant("other").await);
    server.install(&acme, "shop").await;
    server.install(&other, "shop").await;
    (acme, other)
}

/// security.md 52
#[tokio::test]
async fn pages_of_others_are_not_there() {
    on_each_database(async |server| {
        let (_, other) = two(&server).await;
        let browser = server.signed_in("acme").await;
        let page = async |path: &str| {
            let answer = browser.get(path).await;
            (answer.status, without_nonces(&answer.body))
        };
        let nothing = page("/t/nothing").await;
        assert_eq!(nothing.0, StatusCode::NOT_FOUND);
        for path in [
            "/t/other",
            "/t/other/accounts",
            "/t/other/accounts/connect",
            "/t/other/accounts/other-app/shop",
            "/t/other/accounts/other-app/shop/disconnect",
            "/t/other/accounts/other-app/shop/erase",
            "/t/other/apps",
            "/t/other/apps/new",
            "/t/other/apps/other-app",
            "/t/other/apps/other-app/reveal",
            "/t/other/api-tokens",
            "/t/other/audit",
            "/t/other/keys",
            "/t/other/settings",
            "/t/acme/apps/other-app",
            "/t/acme/apps/other-app/reveal",
            "/t/acme/accounts/other-app/shop",
            &format!("/t/acme/apps/{}", other.app.id),
            &format!("/t/acme/accounts/{}/shop", other.app.id),
        ] {
            assert_eq!(page(path).await, nothing, "{path}");
        }
        let live = browser.get("/t/other/live").await;
        assert_eq!(live.status, StatusCode::NOT_FOUND);
    })
    .await;
}

fn without_nonces(html: &str) -> String {
    let mut parts = html.split("nonce=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('"').map_or("", |(_, rest)| rest)
    })
}

/// security.md 52
#[tokio::test]
async fn forms_about_others_things_do_nothing() {
    on_each_database(async |server| {
        let (_, other) = two(&server).await;
        let browser = server.signed_in("acme").await;
        let token = api_tokens::list(&other.owner).await.unwrap()[0].id;
        let id = other.app.id;
        for path in [
            "/t/other/accounts/connect".to_owned(),
            "/t/other/accounts/links".to_owned(),
            "/t/other/apps/new".to_owned(),
            "/t/other/apps/other-app/credentials".to_owned(),
            "/t/other/apps/other-app/permissions".to_owned(),
            "/t/other/apps/other-app/settings".to_owned(),
            "/t/other/apps/other-app/reveal".to_owned(),
            "/t/other/api-tokens".to_owned(),
            "/t/other/keys".to_owned(),
            format!("/t/acme/apps/{id}/credentials"),
            format!("/t/acme/apps/{id}/permissions"),
            format!("/t/acme/apps/{id}/settings"),
            format!("/t/acme/apps/{id}/remove"),
            format!("/t/acme/apps/{id}/refusals"),
            format!("/t/acme/apps/{id}/secret"),
            format!("/t/acme/apps/{id}/reveal"),
            format!("/t/acme/apps/{id}/secret/switch"),
            "/t/acme/apps/acme-app/secret/nothing".to_owned(),
            format!("/t/acme/accounts/{id}/shop/check"),
            format!("/t/acme/accounts/{id}/shop/authorize"),
            format!("/t/acme/accounts/{id}/shop/links"),
            format!("/t/acme/accounts/{id}/shop/disconnect"),
            format!("/t/acme/accounts/{id}/shop/erase"),
            format!("/t/acme/accounts/acme-app/shop/links/{NOBODYS}/revoke"),
            format!("/t/acme/api-tokens/{token}/revoke"),
            format!("/t/acme/api-tokens/{NOBODYS}/revoke"),
        ] {
            let last = path.rsplit('/').next().unwrap_or_default();
            let fields: &[_] = match last {
                "connect" => &[("app", "other-app"), ("subdomain", "shop")],
                "links" if path.starts_with("/t/other") => {
                    &[("app", "other-app"), ("subdomain", "shop")]
                }
                "remove" | "erase" => &[("confirm", "other-app")],
                _ => &[],
            };
            let answer = browser.post(&path, fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let there = server
            .api_get("/connections/other-app/shop", &other.token)
            .await;
        assert_eq!(there.json()["health"], "working");
        assert!(server.simulator.refreshes("shop").is_empty());
    })
    .await;
}

/// security.md 52
#[tokio::test]
async fn the_machine_api_knows_only_its_own() {
    on_each_database(async |server| {
        let (acme, other) = two(&server).await;
        let id = other.app.id;
        let nothing = server.api_get("/apps/nothing", &acme.token).await;
        for (method, path) in [
            (Method::GET, format!("/apps/{id}")),
            (Method::GET, "/apps/other-app".to_owned()),
            (Method::PATCH, format!("/apps/{id}")),
            (Method::DELETE, format!("/apps/{id}")),
            (Method::GET, format!("/apps/{id}/secrets")),
            (Method::POST, format!("/apps/{id}/secrets/switch")),
            (Method::DELETE, format!("/apps/{id}/secrets/next")),
            (Method::GET, format!("/connections/{id}/shop")),
            (Method::GET, format!("/connections/{id}/shop/token")),
            (Method::GET, format!("/connections/{id}/shop/events")),
            (Method::POST, format!("/connections/{id}/shop/refresh")),
            (
                Method::POST,
                format!("/connections/{id}/shop/reconnect-links"),
            ),
            (Method::DELETE, format!("/connections/{id}/shop")),
            (Method::GET, "/connections/acme-app/nothing".to_owned()),
            (Method::GET, "/connections/acme-app/NOT%20ONE".to_owned()),
        ] {
            let answer = server.call(method.clone(), &path, &acme.token, None).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
            assert_eq!(answer.body, nothing.body, "{method} {path}");
        }
        let link = serde_json::json!({"app": id, "subdomain": "shop"});
        let answer = server
            .call(Method::POST, "/reconnect-links", &acme.token, Some(link))
            .await;
        assert_eq!(answer.body, nothing.body);
        let events = server.api_get("/events", &acme.token).await.json();
        for event in events["items"].as_array().unwrap() {
            assert_eq!(event["app"], "acme-app", "{event}");
        }
    })
    .await;
}

/// security.md 61
#[tokio::test]
async fn a_token_tied_to_an_app_sees_that_app_alone() {
    on_each_database(async |server| {
        let acme = server.tenant("acme").await;
        let second = server.world.app(&acme.owner, "second").await;
        server.install(&acme, "shop").await;
        let new = NewApiToken {
            app: Some(second.id),
            ..NewApiToken::new("tied", Role::Operator)
        };
        let tied = api_tokens::create(&acme.owner, &Confirmed::for_test(&acme.owner), new)
            .await
            .unwrap();
        assert!(tied.expose_secret().starts_with("mrg_"));
        for path in [
            "/apps/acme-app",
            "/connections/acme-app/shop",
            "/connections/acme-app/shop/token",
            "/connections/acme-app/shop/events",
        ] {
            let answer = server.api_get(path, &tied).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let apps = server.api_get("/apps", &tied).await.json();
        assert_eq!(apps["items"].as_array().unwrap().len(), 1);
        for list in ["/connections", "/events", "/connections?app=acme-app"] {
            let page = server.api_get(list, &tied).await.json();
            assert_eq!(page["items"], serde_json::json!([]), "{list}");
        }
    })
    .await;
}
