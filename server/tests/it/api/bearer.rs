//! Whose call it is, and what it may do.

use crate::{api::connection, browser::send, test_server::on_each_database};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use domain::role::Role;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// security.md 59, 60
#[tokio::test]
async fn only_a_valid_token_in_the_header_counts() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let plain = |path: &str| Request::get(format!("/api/v1{path}"));
        let good = tenant.token.expose_secret();
        let bare = send(&server.router, plain("/apps").body(Body::empty()).unwrap()).await;
        assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
        assert_eq!(bare.header("www-authenticate"), "Bearer realm=\"mooring\"");
        for value in [
            String::from("Bearer mrg_wrong"),
            format!("Bearer {good}x"),
            format!("Bearer {}", good.to_uppercase()),
            format!("Basic {good}"),
            good.to_owned(),
        ] {
            let request = plain("/apps").header("authorization", &value);
            let answer = send(&server.router, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.header("www-authenticate").starts_with("Bearer "));
        }
        for query in [format!("?access_token={good}"), format!("?x={good}")] {
            let request = plain(&format!("/apps{query}"));
            let answer = send(&server.router, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.json()["code"], "token_in_url");
        }
        // A session is no token, and a token is no session.
        let signed_in = server.signed_in("acme").await;
        let answer = signed_in.get("/api/v1/apps").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let request = Request::get("/t/acme").header("authorization", format!("Bearer {good}"));
        let answer = send(&server.router, request.body(Body::empty()).unwrap()).await;
        assert!(answer.location().starts_with("/signin"));

        assert_eq!(
            server.api_get("/apps", &tenant.token).await.status,
            StatusCode::OK
        );
        let id = service::api_tokens::list(&tenant.owner).await.unwrap()[0].id;
        service::api_tokens::revoke(&tenant.owner, id)
            .await
            .unwrap();
        let revoked = server.api_get("/apps", &tenant.token).await;
        assert_eq!(revoked.json()["code"], "token_invalid");
    })
    .await;
}

#[tokio::test]
async fn roles_bound_what_a_token_may_do() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = connection(&tenant, "shop");
        let viewer = server.token(&tenant, Role::Viewer).await;
        let success = server.token(&tenant, Role::Success).await;
        let operator = server.token(&tenant, Role::Operator).await;
        let app =
            json!({"name": "X", "client_id": "i", "client_secret": "s", "scopes": ["offline"]});
        let status =
            async |method: Method, path: &str, token: &SecretString, body: Option<Value>| {
                server.call(method, path, token, body).await.status.as_u16()
            };
        for (method, path, body, allowed) in [
            (Method::GET, path.clone(), None, [200, 200, 200]),
            (Method::GET, format!("{path}/token"), None, [403, 403, 200]),
            (
                Method::POST,
                format!("{path}/refresh"),
                None,
                [403, 200, 200],
            ),
            (
                Method::POST,
                format!("{path}/reconnect-links"),
                None,
                [403, 201, 201],
            ),
            (Method::POST, "/apps".to_owned(), Some(app), [403, 403, 201]),
            (
                Method::PATCH,
                "/apps/acme-app".to_owned(),
                Some(json!({})),
                [403, 403, 200],
            ),
            (Method::DELETE, path.clone(), None, [403, 403, 200]),
            (Method::DELETE, "/apps/x".to_owned(), None, [403, 403, 204]),
        ] {
            let tokens = [&viewer, &success, &operator];
            for (token, expected) in tokens.into_iter().zip(allowed) {
                let got = status(method.clone(), &path, token, body.clone()).await;
                assert_eq!(got, expected, "{method} {path}");
            }
        }
    })
    .await;
}

/// security.md 80: every address, with what a backend may do there.
#[tokio::test]
async fn s80_a_backend_reads_checks_and_makes_links_and_nothing_else() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let account = connection(&tenant, "shop");
        let backend = server.token(&tenant, Role::Backend).await;
        let app =
            json!({"name": "X", "client_id": "i", "client_secret": "s", "scopes": ["offline"]});
        let secret = json!({"client_secret": "s3cret"});
        let link = json!({"app": "acme-app", "subdomain": "other"});
        let of_app = |rest: &str| format!("/apps/acme-app{rest}");
        let of_account = |rest: &str| format!("{account}{rest}");
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, body, expected) in [
            (&get, "/apps".to_owned(), None, 403),
            (&post, "/apps".to_owned(), Some(app), 403),
            (&get, of_app(""), None, 403),
            (&Method::PATCH, of_app(""), Some(json!({"name": "Y"})), 403),
            (&Method::DELETE, of_app(""), None, 403),
            (&get, of_app("/secrets"), None, 403),
            (&post, of_app("/secrets"), Some(secret), 403),
            (&Method::DELETE, of_app("/secrets/next"), None, 403),
            (&post, of_app("/secrets/test"), None, 403),
            (&post, of_app("/secrets/switch"), None, 403),
            (&post, of_app("/secrets/roll-back"), None, 403),
            (&get, "/connections".to_owned(), None, 200),
            (&get, of_account(""), None, 200),
            (&Method::DELETE, of_account(""), None, 403),
            (&get, of_account("/token"), None, 200),
            (&post, of_account("/refresh"), None, 200),
            (&post, of_account("/reconnect-links"), None, 201),
            (&get, of_account("/events"), None, 200),
            (&post, "/reconnect-links".to_owned(), Some(link), 201),
            (&get, "/events".to_owned(), None, 200),
        ] {
            let answer = server.call(method.clone(), &path, &backend, body).await;
            assert_eq!(answer.status, expected, "{method} {path}: {}", answer.body);
        }
        // Nothing was changed by what was refused.
        let apps = server.api_get("/apps", &tenant.token).await.json();
        assert_eq!(apps["items"].as_array().unwrap().len(), 1);
        assert_eq!(apps["items"][0]["name"], "acme-app");
        let after = server.api_get(&account, &tenant.token).await.json();
        assert_eq!(after["health"], "working");
    })
    .await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let answer = server.api_get("/nothing", &tenant.token).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json()["code"], "not_found");
        let answer = server.call(Method::PUT, "/apps", &tenant.token, None).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.json()["code"], "method_not_allowed");
        let big = json!({"name": "x".repeat(2 * 1024 * 1024)});
        let answer = server
            .call(Method::POST, "/apps", &tenant.token, Some(big))
            .await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    })
    .await;
}
