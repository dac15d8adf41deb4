//! `/api/v1/apps/{app}/secrets`

use crate::test_server::on_each_database;
use axum::http::{Method, StatusCode};
use domain::{role::Role, time::Span};
use serde_json::{Value, json};
use service::apps::secrets::PREVIOUS_KEPT;

const SECRETS: &str = "/apps/acme-app/secrets";

#[tokio::test]
async fn a_backend_replaces_a_client_secret_and_goes_back() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let call = async |method: Method, path: &str, body: Option<Value>| {
            let path = format!("{SECRETS}{path}");
            let answer = server.call(method, &path, &tenant.token, body).await;
            assert!(!answer.body.contains("canary") && !answer.body.contains("acme-app-secret"));
            answer
        };
        let conflict = async |method: Method, path: &str, code: &str| {
            let answer = call(method, path, None).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.json()["code"], code, "{path}");
        };
        let begin = call(Method::GET, "", None)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&begin["next"], &begin["previous_until"]),
            (&Value::Null, &Value::Null)
        );
        let now = server.world.clock_now();
        assert_eq!(begin["in_use_since"], now.rfc3339());
        conflict(Method::POST, "/test", "no_next_secret").await;
        conflict(Method::POST, "/switch", "no_next_secret").await;
        conflict(Method::DELETE, "/next", "no_next_secret").await;
        conflict(Method::POST, "/roll-back", "no_previous_secret").await;

        server.world.clock.advance(Span::minutes(1));
        let now = server.world.clock_now();
        let new = json!({"client_secret": "canary-2"});
        let added = call(Method::POST, "", Some(new))
            .await
            .expect(StatusCode::CREATED)
            .json();
        assert_eq!(added["next"]["added_by"], "test");
        assert_eq!(added["next"]["ready"], false);
        assert_eq!(added["next"]["result"], Value::Null);
        assert_eq!(added["next"]["added_at"], now.rfc3339());
        assert_eq!(added["next"]["tested_at"], Value::Null);
        conflict(Method::POST, "/switch", "not_ready").await;
        let result = call(Method::POST, "/test", None)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(result, json!({"result": "refused"}));
        server
            .simulator
            .rotate_secret(&tenant.app.client_id, "canary-2");
        let next = json!({"slot": "next"});
        let result = call(Method::POST, "/test", Some(next)).await.json();
        assert_eq!(result["result"], "accepted");
        let tested = call(Method::GET, "", None).await.json();
        assert_eq!(tested["next"]["tested_at"], now.rfc3339());
        let in_use = json!({"slot": "in_use"});
        let result = call(Method::POST, "/test", Some(in_use)).await.json();
        assert_eq!(result["result"], "refused");

        let switched = call(Method::POST, "/switch", None)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(switched["next"], Value::Null);
        let until = now.plus(PREVIOUS_KEPT).rfc3339();
        assert_eq!(switched["previous_until"], until, "{switched}");
        let back = call(Method::POST, "/roll-back", None)
            .await
            .expect(StatusCode::OK)
            .json();
        assert!(
            back["next"].is_object() && back["previous_until"].is_null(),
            "{back}"
        );
        let gone = call(Method::DELETE, "/next", None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn mistakes_are_named_and_roles_are_kept() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        for (body, code, named) in [
            (json!({}), "invalid", "client_secret"),
            (
                json!({"client_secret": "two canaries"}),
                "invalid",
                "client_secret",
            ),
            (
                json!({"client_secret": "acme-app-secret"}),
                "invalid",
                "client_secret",
            ),
            (json!({"secret": "canary"}), "unknown_field", "secret"),
        ] {
            let answer = server
                .call(Method::POST, SECRETS, &tenant.token, Some(body))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let problem = answer.json();
            assert_eq!(problem["code"], code, "{problem}");
            assert!(answer.body.contains(named), "{problem}");
            assert!(!answer.body.contains("canar") && !answer.body.contains("acme-app-secret"));
        }
        let slot = json!({"slot": "previous"});
        let path = format!("{SECRETS}/test");
        let answer = server
            .call(Method::POST, &path, &tenant.token, Some(slot))
            .await;
        assert_eq!(answer.json()["code"], "invalid");

        let viewer = server.token(&tenant, Role::Viewer).await;
        let other = server.tenant("other").await;
        let calls = [
            (Method::GET, ""),
            (Method::POST, "/test"),
            (Method::POST, "/switch"),
            (Method::POST, "/roll-back"),
            (Method::DELETE, "/next"),
        ];
        for (method, path) in calls {
            let path = format!("{SECRETS}{path}");
            let refused = server.call(method.clone(), &path, &viewer, None).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {path}");
            assert_eq!(refused.json()["code"], "forbidden");
            let nothing = server.call(method.clone(), &path, &other.token, None).await;
            assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
    })
    .await;
}
