//! `/api/v1/accounts`

use crate::{
    browser::send,
    test_server::{connected_tenant, on_each_database},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const ACCOUNT: &str = "/accounts/shop";

#[tokio::test]
async fn what_is_known_of_a_customer_is_read_and_changed() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let read = async || server.api_get(ACCOUNT, &tenant.token).await;
        let before = read().await.expect(StatusCode::OK).json();
        assert_eq!(before["subdomain"], "shop");
        assert_eq!(
            (&before["name"], &before["tags"]),
            (&Value::Null, &json!([]))
        );
        let change = async |body: Value| {
            let token = &tenant.token;
            server.call(Method::PATCH, ACCOUNT, token, Some(body)).await
        };
        let owner = format!("acme-{}", service::testing::OWNER);
        let after = change(json!({
            "name": "Acme Outdoor",
            "external_id": "C-1004",
            "owner": owner,
            "tags": ["enterprise", "DACH"],
            "note": "Renewal in January.",
            "contacts": [
                { "email": "mira@acme.example", "name": "Mira Okafor", "language": "de" },
                { "email": "desk@acme.example" },
            ],
        }))
        .await
        .expect(StatusCode::OK)
        .json();
        assert_eq!(after["owner"]["email"], owner);
        assert_eq!(after["tags"], json!(["DACH", "enterprise"]));
        assert_eq!(after["contacts"][0]["language"], "de");
        assert_eq!(after["contacts"][1]["name"], Value::Null);
        assert!(after["note_at"].is_string() && after["note_by"].is_string());
        assert_eq!(read().await.json(), after);
        // What isn't named stays; null takes away.
        let less = change(json!({ "owner": null, "contacts": [] }))
            .await
            .json();
        assert_eq!(
            (&less["owner"], &less["contacts"]),
            (&Value::Null, &json!([]))
        );
        assert_eq!(less["name"], "Acme Outdoor");
    })
    .await;
}

#[tokio::test]
async fn mistakes_name_their_fields() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        for (body, field) in [
            (json!({ "name": "x".repeat(101) }), "name"),
            (json!({ "name": 7 }), "name"),
            (json!({ "tags": ["a,b"] }), "tags"),
            (json!({ "tags": "VIP" }), "tags"),
            (json!({ "owner": "nobody@x.example" }), "owner"),
            (json!({ "contacts": [{ "email": "mira" }] }), "contacts"),
            (
                json!({ "contacts": [{ "mail": "mira@acme.example" }] }),
                "contacts",
            ),
            (json!({ "contacts": ["mira@acme.example"] }), "contacts"),
            (json!({ "colour": "red" }), "colour"),
        ] {
            let call = server.call(Method::PATCH, ACCOUNT, &tenant.token, Some(body.clone()));
            let refused = call.await.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(refused["errors"][0]["field"], field, "{body}: {refused}");
        }
        for unknown in ["/accounts/nobody", "/accounts/no%20name"] {
            let missing = server.api_get(unknown, &tenant.token).await;
            missing.expect(StatusCode::NOT_FOUND);
        }
    })
    .await;
}

#[tokio::test]
async fn accounts_are_listed_a_page_at_a_time() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        server.install(&tenant, "tools").await;
        let tags = json!({ "tags": ["VIP"] });
        let token = &tenant.token;
        server
            .call(Method::PATCH, ACCOUNT, token, Some(tags))
            .await
            .expect(StatusCode::OK);
        let list = async |query: &str| {
            let path = format!("/accounts{query}");
            let page = server
                .api_get(&path, token)
                .await
                .expect(StatusCode::OK)
                .json();
            let names: Vec<_> = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["subdomain"].clone())
                .collect();
            (names, page["next"].clone())
        };
        assert_eq!(list("?limit=1").await, (vec![json!("shop")], json!("shop")));
        assert_eq!(
            list("?limit=1&after=shop").await,
            (vec![json!("tools")], Value::Null)
        );
        assert_eq!(list("?tag=vip").await.0, [json!("shop")]);
        assert_eq!(list("?q=ool").await.0, [json!("tools")]);
        for wrong in ["?limit=0", "?owner=me", "?tag=a,b", "?colour=red"] {
            let refused = server.api_get(&format!("/accounts{wrong}"), token).await;
            refused.expect(StatusCode::BAD_REQUEST);
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_of_customers_is_tried_and_stored() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let send_file = async |query: &str, file: &'static str| {
            let request = Request::post(format!("/api/v1/accounts/import{query}"))
                .header(
                    "authorization",
                    format!("Bearer {}", tenant.token.expose_secret()),
                )
                .header("content-type", "text/csv")
                .body(Body::from(file))
                .unwrap();
            send(&server.router, request).await
        };
        let file =
            "subdomain;name;tags\r\nshop;The Shop;VIP, beta\r\nfresh;Fresh;\r\nno name;x;\r\n";
        let dry = send_file("?dry_run=1", file)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&dry["dry_run"], &dry["changed"]),
            (&json!(true), &json!(1))
        );
        assert_eq!((&dry["made"], &dry["refused"]), (&json!(1), &json!(1)));
        let shop = server.api_get(ACCOUNT, &tenant.token).await.json();
        assert_eq!(shop["name"], Value::Null);
        let done = send_file("", file).await.expect(StatusCode::OK).json();
        assert_eq!(done["lines"], dry["lines"]);
        assert_eq!(done["lines"][0]["fields"], json!(["name", "tags"]));
        let shop = server.api_get(ACCOUNT, &tenant.token).await.json();
        assert_eq!(shop["tags"], json!(["beta", "VIP"]));
        let wrong = send_file("", "colour\nred\n").await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["code"], "unreadable_file");
    })
    .await;
}
