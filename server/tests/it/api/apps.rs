//! `/api/v1/apps`, and what all bodies have in common.

use crate::{browser::send, test_server::on_each_database};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

#[tokio::test]
async fn an_app_from_its_begin_to_its_end() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let new = json!({
            "name": "Returns",
            "slug": "returns",
            "client_id": "id",
            "client_secret": "canary-secret",
            "scopes": ["offline", "tickets:read"],
        });
        let made = server.call(Method::POST, "/apps", &tenant.token, Some(new)).await;
        let app = made.expect(StatusCode::CREATED);
        assert!(!app.body.contains("canary-secret"));
        let app = app.json();
        let id = app["id"].as_str().unwrap();
        let base = "http://127.0.0.1:3000/oauth";
        assert_eq!(app["install_url"], format!("{base}/{id}/install"));
        assert_eq!(app["redirect_uri"], format!("{base}/{id}/callback"));
        assert_eq!(app["scopes"], json!(["offline", "tickets:read"]));
        assert_eq!((&app["basic_encoding"], &app["pkce"]), (&json!("raw"), &json!("off")));

        for reference in [id, "returns"] {
            let found = server.api_get(&format!("/apps/{reference}"), &tenant.token).await;
            assert_eq!(found.json(), app);
        }
        let same = json!({"name": "Other", "client_id": "id", "client_secret": "s", "scopes": ["offline"]});
        let refused = server.call(Method::POST, "/apps", &tenant.token, Some(same)).await;
        let errors = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json()["errors"].clone();
        assert_eq!(errors[0]["field"], "client_id");
        assert!(errors[0]["message"].as_str().unwrap().contains("“Returns”"), "{errors}");

        let change = json!({"name": "Returns 2", "pkce": "on", "after_install_url": "https://returns.example/in"});
        let changed = server
            .call(Method::PATCH, "/apps/returns", &tenant.token, Some(change))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(changed["name"], "Returns 2");
        assert_eq!(changed["pkce"], "on");
        assert_eq!(changed["scopes"], app["scopes"], "the rest stays");
        let cleared = json!({"after_install_url": null});
        let changed = server
            .call(Method::PATCH, "/apps/returns", &tenant.token, Some(cleared))
            .await
            .json();
        assert_eq!(changed["after_install_url"], Value::Null);
        assert_eq!(changed["pkce"], "on");

        let gone = server.call(Method::DELETE, "/apps/returns", &tenant.token, None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let missing = server.api_get("/apps/returns", &tenant.token).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn mistakes_in_bodies_are_named_and_not_quoted() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        for (body, status, code, named) in [
            (json!({"name": "x"}), 422, "invalid", "client_id"),
            (json!({"name": 7, "client_id": "a"}), 422, "invalid", "name"),
            (json!({"client_secret": ["canary"]}), 422, "invalid", "client_secret"),
            (json!({"scopes": "canary"}), 422, "invalid", "scopes"),
            (json!({"client_secrt": "canary"}), 422, "unknown_field", "client_secrt"),
            (json!(["canary"]), 400, "not_an_object", "object"),
        ] {
            let answer = server.call(Method::POST, "/apps", &tenant.token, Some(body)).await;
            assert_eq!(answer.header("content-type"), "application/problem+json");
            let problem = answer.json();
            assert_eq!(problem["status"], status, "{problem}");
            assert_eq!(problem["code"], code, "{problem}");
            assert!(answer.body.contains(named), "{problem}");
            assert!(!answer.body.contains("canary"), "{problem}");
        }
        let request = |kind: &str, body: &'static str| {
            Request::post("/api/v1/apps")
                .header("authorization", format!("Bearer {}", tenant.token.expose_secret()))
                .header("content-type", kind)
                .body(Body::from(body))
                .unwrap()
        };
        let broken = send(&server.router, request("application/json", "{\"canary\":")).await;
        assert_eq!(broken.json()["code"], "not_json");
        let form = send(&server.router, request("text/plain", "{}")).await;
        assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let twice = json!({"name": "A", "slug": "acme-app", "client_id": "i", "client_secret": "s", "scopes": ["offline"]});
        let taken = server.call(Method::POST, "/apps", &tenant.token, Some(twice)).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(taken.json()["errors"][0]["field"], "slug");
    })
    .await;
}
