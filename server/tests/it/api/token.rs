//! `/api/v1/connections/{app}/{subdomain}/token`

use crate::{api::connection, test_server::on_each_database};
use axum::http::{Method, StatusCode};
use domain::time::Span;
use serde_json::json;
use simulator::{Endpoint, ExpiresIn, Fault};
use std::time::Duration;

/// security.md 63
#[tokio::test]
async fn s63_a_token_has_the_life_that_was_asked_for() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = format!("{}/token", connection(&tenant, "shop"));
        let answer = server
            .api_get(&path, &tenant.token)
            .await
            .expect(StatusCode::OK);
        assert_eq!(answer.header("cache-control"), "no-store");
        let token = answer.json();
        assert_eq!(token["token_type"], "Bearer");
        assert!(token["scope"].as_str().unwrap().contains("tickets:read"));
        let expires_at = token["expires_at"].as_str().unwrap();
        assert!(expires_at > server.world.clock_now().rfc3339().as_str());
        assert!(
            server.simulator.refreshes("shop").is_empty(),
            "served from what is held"
        );

        for bad in ["-1", "86401", "x", "1.5"] {
            let answer = server
                .api_get(&format!("{path}?min_ttl={bad}"), &tenant.token)
                .await;
            assert_eq!(answer.json()["code"], "invalid_parameter", "{bad}");
        }
        let typo = server
            .api_get(&format!("{path}?min_tll=1"), &tenant.token)
            .await;
        assert_eq!(typo.json()["code"], "unknown_parameter");

        // Close to its end, it is renewed first.
        let life = Span::hours(24);
        server
            .world
            .clock
            .advance(Span(life.0 - Span::seconds(30).0));
        server.simulator.advance(Duration::from_secs(86_400 - 30));
        let renewed = server.api_get(&path, &tenant.token).await.json();
        assert_ne!(renewed["access_token"], token["access_token"]);
        assert_eq!(server.simulator.refreshes("shop").len(), 1);
    })
    .await;
}

/// security.md 63: who asks for more life than Gorgias gives is told how much there is
#[tokio::test]
async fn s63_a_life_that_gorgias_does_not_give_is_named() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let shop = server.simulator.account("shop");
        shop.token_lifetime(20).expires_in(ExpiresIn::Real);
        shop.opaque_access_token(true);
        server.install(&tenant, "shop").await;
        let path = format!("{}/token", connection(&tenant, "shop"));
        let read = async |min_ttl: u32| {
            let path = format!("{path}?min_ttl={min_ttl}");
            server.api_get(&path, &tenant.token).await
        };
        read(10).await.expect(StatusCode::OK);
        let answer = read(30).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(answer.header("retry-after"), "60");
        let problem = answer.json();
        assert_eq!(problem["code"], "life_too_short");
        assert_eq!(problem["available_ttl"], 20);
        server.world.clock.advance(Span::seconds(15));
        read(10).await.expect(StatusCode::OK);
        assert_eq!(server.simulator.refreshes("shop").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_token_is_typed() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = format!("{}/token", connection(&tenant, "shop"));
        let late = || {
            server.world.clock.advance(Span::hours(25));
            server.simulator.advance(Duration::from_secs(25 * 3600));
        };
        late();
        let shop = server.simulator.account("shop");
        shop.fail_always(Endpoint::Token, Fault::server_error());
        let answer = server.api_get(&path, &tenant.token).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.json()["code"], "upstream_unavailable");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
        shop.heal(Endpoint::Token);
        server.world.clock.advance(Span::hours(1));
        assert_eq!(
            server.api_get(&path, &tenant.token).await.status,
            StatusCode::OK
        );

        late();
        shop.deactivate();
        let answer = server.api_get(&path, &tenant.token).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(answer.json()["code"], "disconnected");

        let link = json!({"app": "acme-app", "subdomain": "never"});
        server
            .call(Method::POST, "/reconnect-links", &tenant.token, Some(link))
            .await
            .expect(StatusCode::CREATED);
        let never = format!("{}/token", connection(&tenant, "never"));
        let answer = server.api_get(&never, &tenant.token).await;
        assert_eq!(answer.json()["code"], "not_connected");
    })
    .await;
}

/// What the app asks for now counts, not what it asked for at the approval.
#[tokio::test]
async fn an_answer_tells_which_scopes_are_missing() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = format!("{}/token", connection(&tenant, "shop"));
        let missing = async || {
            let answer = server.api_get(&path, &tenant.token).await;
            answer.expect(StatusCode::OK).json()["missing_scopes"].clone()
        };
        assert_eq!(missing().await, json!([]));
        let asks = async |scopes: &[&str]| {
            let body = json!({ "scopes": scopes });
            let edited = server.call(Method::PATCH, "/apps/acme-app", &tenant.token, Some(body));
            edited.await.expect(StatusCode::OK);
        };
        asks(&[
            "openid",
            "offline",
            "tickets:read",
            "tags:write",
            "customers:read",
        ])
        .await;
        let expected = json!(["customers:read", "tags:write"]);
        assert_eq!(missing().await, expected, "by the short way");
        // The long way tells the same.
        server.world.clock.advance(Span::hours(25));
        server.simulator.advance(Duration::from_secs(25 * 3600));
        assert_eq!(missing().await, expected);
        asks(&["openid", "offline", "tickets:read"]).await;
        assert_eq!(missing().await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn s64_without_an_audit_no_token_but_pages() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        server.world.make_audit_unwritable().await;
        let path = format!("{}/token", connection(&tenant, "shop"));
        let answer = server
            .api_get(&path, &tenant.token)
            .await
            .expect(StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.json()["code"], "audit_unavailable");
        assert_eq!(answer.header("retry-after"), "10");
        assert!(!answer.body.contains("access_token"));
        let page = browser.get("/t/acme/accounts").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("shop"));
        let again = server.signed_in("acme").await;
        assert_eq!(again.get("/t/acme").await.status, StatusCode::OK);

        server.world.make_audit_writable().await;
        server
            .api_get(&path, &tenant.token)
            .await
            .expect(StatusCode::OK);
    })
    .await;
}
