//! `/api/v1/links` and `/api/v1/campaigns`

use crate::test_server::{on_each_database, with_mail_on_each_database};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use service::{campaigns, mail};

#[tokio::test]
async fn links_are_listed_the_newest_first_and_withdrawn() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let token = &tenant.token;
        for account in ["one", "two", "three"] {
            server
                .call(
                    Method::POST,
                    "/reconnect-links",
                    token,
                    Some(json!({ "app": "acme-app", "subdomain": account })),
                )
                .await
                .expect(StatusCode::CREATED);
        }
        let page = async |query: &str| {
            let answer = server.api_get(&format!("/links{query}"), token).await;
            answer.expect(StatusCode::OK).json()
        };
        let accounts = |page: &Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap().iter();
            items
                .map(|one| one["subdomain"].as_str().unwrap().to_owned())
                .collect()
        };
        let first = page("?limit=2").await;
        assert_eq!(accounts(&first), ["three", "two"]);
        assert_eq!(first["items"][0]["state"], "sent");
        assert_eq!(first["items"][0]["app"], "acme-app");
        let after = first["next"].as_str().unwrap();
        let second = page(&format!("?after={after}")).await;
        assert_eq!(accounts(&second), ["one"]);
        assert_eq!(second["next"], Value::Null);

        let path = format!("/links/{}", first["items"][1]["id"].as_str().unwrap());
        let revoke = async || server.call(Method::DELETE, &path, token, None).await;
        assert_eq!(revoke().await.status, StatusCode::NO_CONTENT);
        assert_eq!(page("").await["items"][1]["state"], "revoked");
        let again = revoke().await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(again.json()["code"], "link_over");
        let nothing = server.call(Method::DELETE, "/links/x", token, None).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_campaign_is_begun_and_followed() {
    with_mail_on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let token = &tenant.token;
        server.install(&tenant, "shop").await;
        server.install(&tenant, "other").await;
        server
            .call(
                Method::PATCH,
                "/accounts/shop",
                token,
                Some(json!({ "contacts": [{ "email": "ann@shop.example" }] })),
            )
            .await
            .expect(StatusCode::OK);
        server.simulator.account("shop").deactivate();
        let check = "/connections/acme-app/shop/refresh";
        server
            .call(Method::POST, check, token, None)
            .await
            .expect(StatusCode::OK);
        let new = json!({
            "app": "acme-app", "name": "After the outage", "audience": "disconnected",
            "days": 7, "remind_after": 3,
        });
        let begin = async |body: Value| {
            server
                .call(Method::POST, "/campaigns", token, Some(body))
                .await
        };
        let begun = begin(new.clone()).await.expect(StatusCode::CREATED).json();
        assert_eq!(
            (&begun["state"], &begun["complete"]),
            (&json!("running"), &json!(false))
        );
        while campaigns::run_due(&server.world.services).await.unwrap() > 0 {}
        mail::send_due(&server.world.services).await.unwrap();
        let path = format!("/campaigns/{}", begun["id"].as_str().unwrap());
        let now = server
            .api_get(&path, token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(now["accounts"]["sent"], 1);
        assert_eq!(now["accounts"]["approved"], 0);
        let all = server.api_get("/campaigns", token).await.json();
        assert_eq!(all, json!({ "items": [now], "next": null }));
        let links = server.api_get("/links", token).await.json();
        assert_eq!(links["items"][0]["email"], "ann@shop.example");

        let mut chosen = new.clone();
        chosen["audience"] = json!("chosen");
        let without = begin(chosen.clone()).await;
        assert_eq!(without.json()["errors"][0]["field"], "audience");
        chosen["accounts"] = json!(["nobody"]);
        let unknown = begin(chosen.clone()).await;
        assert_eq!(unknown.json()["errors"][0]["field"], "accounts");
        chosen["accounts"] = json!(["shop"]);
        let second = begin(chosen).await.expect(StatusCode::CREATED).json();
        let page = async |query: &str| {
            let answer = server.api_get(&format!("/campaigns{query}"), token).await;
            answer.expect(StatusCode::OK).json()
        };
        let newest = page("?limit=1").await;
        assert_eq!(newest["items"][0]["id"], second["id"]);
        assert_eq!(newest["next"], second["id"]);
        let after = newest["next"].as_str().unwrap();
        let older = page(&format!("?after={after}")).await;
        assert_eq!(older["items"].as_array().unwrap().len(), 1);
        assert_eq!(older["items"][0]["id"], begun["id"]);
        assert_eq!(older["next"], Value::Null);
        for bad in ["?after=x", "?limit=0", "?limit=201", "?before=x"] {
            let refused = server.api_get(&format!("/campaigns{bad}"), token).await;
            refused.expect(StatusCode::BAD_REQUEST);
        }
        let mut wrong = new.clone();
        wrong["audience"] = json!("everybody");
        wrong["days"] = json!("soon");
        let wrong = begin(wrong).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
        let gone = server.api_get("/campaigns/x", token).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    })
    .await;
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let new = json!({ "app": "acme-app", "name": "All", "audience": "disconnected" });
        let refused = server
            .call(Method::POST, "/campaigns", &tenant.token, Some(new))
            .await;
        assert_eq!(refused.json()["code"], "mail_not_set_up");
    })
    .await;
}
