//! `/api/v1/connections`

use crate::{
    api::connection,
    test_server::{TestServer, on_each_database},
};
use axum::http::{Method, StatusCode};
use domain::time::Span;
use serde_json::{Value, json};
use simulator::{Endpoint, Fault};

#[tokio::test]
async fn a_refresh_answers_with_the_verdict() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = format!("{}/refresh", connection(&tenant, "shop"));
        let refresh = async || server.call(Method::POST, &path, &tenant.token, None).await;
        let fine = refresh().await.expect(StatusCode::OK).json();
        assert_eq!(fine["health"], "working");
        assert_eq!(fine["last_checked_at"], server.world.clock_now().rfc3339());
        assert_eq!(server.simulator.refreshes("shop").len(), 1);

        let shop = server.simulator.account("shop");
        shop.fail_once(Endpoint::Token, Fault::html());
        let none = refresh().await;
        assert_eq!(none.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(none.json()["code"], "upstream_unavailable");
        // security.md 35
        let token = server
            .api_get(
                &format!("{}/token", connection(&tenant, "shop")),
                &tenant.token,
            )
            .await;
        assert_eq!(
            token.json()["health"],
            "retrying",
            "the living token is still served"
        );

        shop.deactivate();
        assert_eq!(
            refresh().await.expect(StatusCode::OK).json()["health"],
            "disconnected"
        );
        server.simulator.rotate_secret("acme-app-id", "another");
        // Once is no verdict; five minutes later it is.
        let unsure = refresh().await;
        assert_eq!(unsure.json()["code"], "upstream_unavailable");
        server.world.clock.advance(Span::minutes(5));
        let fault = refresh().await.expect(StatusCode::OK).json();
        assert_eq!(fault["health"], "setup_fault");
        assert_eq!(fault["own_health"], "disconnected");
    })
    .await;
}

/// security.md 26: nothing is asked that could not be kept; pages and the living token go on
#[tokio::test]
async fn s26_without_a_journal_nothing_is_asked() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let journal = server.world.services.config.data_dir.join("journal");
        std::fs::write(&journal, "in its place").unwrap();
        let account = connection(&tenant, "shop");
        let path = format!("{account}/refresh");
        let refused = server.call(Method::POST, &path, &tenant.token, None).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.json()["code"], "journal_unavailable");
        assert_eq!(refused.header("retry-after"), "60");
        assert_eq!(server.simulator.refreshes("shop").len(), 0);
        for path in [account.clone(), format!("{account}/token")] {
            let answer = server.api_get(&path, &tenant.token).await;
            assert_eq!(answer.expect(StatusCode::OK).json()["health"], "working");
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_is_filtered_and_paged() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        for account in ["ash", "birch", "cedar"] {
            server.install(&tenant, account).await;
        }
        let names = async |query: &str| -> (Vec<String>, Value) {
            let page = server
                .api_get(&format!("/connections{query}"), &tenant.token)
                .await
                .expect(StatusCode::OK)
                .json();
            let items = page["items"].as_array().unwrap();
            let names = items
                .iter()
                .map(|i| i["subdomain"].as_str().unwrap().to_owned());
            (names.collect(), page["next"].clone())
        };
        assert_eq!(names("").await.0, ["ash", "birch", "cedar"]);
        assert_eq!(names("?q=irc").await.0, ["birch"]);
        assert_eq!(names("?health=disconnected").await.0, Vec::<String>::new());
        assert_eq!(
            names("?health=working&app=acme-app&scope=offline")
                .await
                .0
                .len(),
            3
        );
        for like in ["missing", "extra", "old", "needs_click"] {
            let query = format!("?permissions={like}");
            assert_eq!(names(&query).await.0, Vec::<String>::new(), "{like}");
        }
        let (first, next) = names("?limit=2").await;
        assert_eq!(first, ["ash", "birch"]);
        let next = next.as_str().unwrap();
        assert_eq!(
            names(&format!("?limit=2&after={next}")).await,
            (vec!["cedar".to_owned()], Value::Null)
        );
        for bad in [
            "?health=fine",
            "?permissions=odd",
            "?limit=0",
            "?limit=1000",
            "?after=x",
            "?q=a&q=b",
        ] {
            let answer = server
                .api_get(&format!("/connections{bad}"), &tenant.token)
                .await;
            assert_eq!(answer.json()["code"], "invalid_parameter", "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn links_events_and_the_end() {
    on_each_database(async |server: TestServer| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = connection(&tenant, "shop");
        let post =
            async |path: &str, body| server.call(Method::POST, path, &tenant.token, body).await;
        let links = format!("{path}/reconnect-links");
        let link = post(&links, None).await.expect(StatusCode::CREATED).json();
        assert!(
            link["url"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:3000/r/")
        );
        for (body, code) in [
            (json!({"expires_in": 1}), "invalid_expires_in"),
            (json!({"expires_in": 31 * 86_400}), "invalid_expires_in"),
            (json!({"email": "a@b.example"}), "mail_not_set_up"),
            (json!({"expires_in": "1"}), "invalid"),
            (json!({"days": 1}), "unknown_field"),
        ] {
            let answer = post(&links, Some(body)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.json()["code"], code);
        }
        let none = post(
            &format!("{}/reconnect-links", connection(&tenant, "none")),
            None,
        )
        .await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);

        let end = server
            .call(Method::DELETE, &path, &tenant.token, None)
            .await;
        assert_eq!(
            end.expect(StatusCode::OK).json(),
            json!({"revoked_upstream": true})
        );
        assert_eq!(
            server.api_get(&path, &tenant.token).await.json()["health"],
            "not_connected"
        );

        let kinds = |page: &Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap();
            items
                .iter()
                .map(|i| i["kind"].as_str().unwrap().to_owned())
                .collect()
        };
        let timeline = server
            .api_get(&format!("{path}/events"), &tenant.token)
            .await
            .json();
        let newest_first = kinds(&timeline);
        let all = server.api_get("/events", &tenant.token).await.json();
        let mut oldest_first = kinds(&all);
        assert!(
            oldest_first.contains(&"connected".to_owned()),
            "{oldest_first:?}"
        );
        assert!(
            oldest_first.contains(&"link_created".to_owned()),
            "{oldest_first:?}"
        );
        assert!(
            oldest_first.contains(&"disconnected".to_owned()),
            "{oldest_first:?}"
        );
        oldest_first.reverse();
        assert_eq!(newest_first, oldest_first);
        let first = &all["items"][0];
        assert_eq!(
            (&first["app"], &first["subdomain"]),
            (&json!("acme-app"), &json!("shop"))
        );

        let next = all["next"].as_str().unwrap();
        let later = server
            .api_get(&format!("/events?after={next}"), &tenant.token)
            .await
            .json();
        assert_eq!(later, json!({"items": [], "next": next}));
    })
    .await;
}
