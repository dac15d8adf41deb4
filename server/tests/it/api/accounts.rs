//! `/api/v1/accounts`

use crate::{
    browser::send,
    test_server::{Tenant, connected_tenant, on_each_database},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use domain::{role::Role, time::Span};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{
    api_tokens::{self, NewApiToken},
    apps::App,
    connections::check_now::check_now,
};

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

/// security.md 52
#[tokio::test]
async fn s52_an_account_has_the_connections_that_the_token_may_see() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        server.install(&tenant, "tools").await;
        let second = server.world.app(&tenant.owner, "second").await;
        let redirect = server.world.services.config.redirect_uri(second.id);
        server
            .simulator
            .register_app(&second.client_id, "second-secret", &[&redirect]);
        let second = Tenant {
            owner: tenant.owner.clone(),
            app: second,
            token: tenant.token.clone(),
        };
        server.install(&second, "shop").await;
        let other = server.tenant("other").await;
        server.install(&other, "shop").await;

        let tied = async |app: &App| {
            let new = NewApiToken {
                app: Some(app.id),
                ..NewApiToken::new("tied", Role::Success)
            };
            let slug = &tenant.owner.tenant_slug;
            let token = api_tokens::create_on_command_line(&server.world.services, slug, new);
            token.await.unwrap()
        };
        let told = async |app: &str| {
            let path = format!("/connections/{app}/shop");
            let own = server.api_get(&path, &tenant.token).await;
            let own = own.expect(StatusCode::OK).json();
            json!({ "app": app, "health": own["health"], "health_since": own["health_since"] })
        };
        let (first, last) = (told("acme-app").await, told("second").await);
        assert_eq!(first["health"], "working");
        for (token, connections) in [
            (&tenant.token, json!([first, last])),
            (&tied(&tenant.app).await, json!([first])),
            (&tied(&second.app).await, json!([last])),
        ] {
            let shown = server.api_get(ACCOUNT, token).await;
            let shown = shown.expect(StatusCode::OK).json();
            assert_eq!(shown["connections"], connections);
            let page = server.api_get("/accounts", token).await;
            let page = page.expect(StatusCode::OK).json();
            assert_eq!(page["items"][0], shown, "shop is before tools");
            let body = Some(json!({ "name": "The Shop" }));
            let changed = server.call(Method::PATCH, ACCOUNT, token, body).await;
            let changed = changed.expect(StatusCode::OK).json();
            assert_eq!(changed["connections"], connections);
        }
        let theirs = server.api_get(ACCOUNT, &other.token).await.json();
        assert_eq!(theirs["connections"].as_array().unwrap().len(), 1);
        assert_eq!(theirs["connections"][0]["app"], "other-app");
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
        let fresh = server.api_get("/accounts/fresh", &tenant.token).await;
        let fresh = fresh.expect(StatusCode::OK).json();
        assert_eq!(fresh["connections"], json!([]), "connected to nothing");
        let wrong = send_file("", "colour\nred\n").await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["code"], "unreadable_file");
    })
    .await;
}

#[tokio::test]
async fn accounts_are_snoozed_and_woken() {
    on_each_database(async |server| {
        let tenant = connected_tenant(&server).await;
        let change = async |body: Value| {
            let token = &tenant.token;
            server.call(Method::PATCH, ACCOUNT, token, Some(body)).await
        };
        let read = async || server.api_get(ACCOUNT, &tenant.token).await.json();
        assert_eq!(read().await["snooze"], Value::Null);
        let fine = change(json!({ "snooze": {} })).await;
        let fine = fine.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        let message = fine["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("shop is Working and needs nobody"),
            "{fine}"
        );
        server.simulator.account("shop").deactivate();
        let shop = "shop".parse().unwrap();
        check_now(&tenant.owner, "acme-app", &shop).await.unwrap();
        let until = server.world.clock_now().plus(Span::days(2));
        let wanted = json!({
            "name": "The Shop",
            "snooze": { "until": until.rfc3339(), "reason": "Approves Thursday" },
        });
        let after = change(wanted).await.expect(StatusCode::OK).json();
        assert_eq!(after["name"], "The Shop");
        assert_eq!(after["snooze"]["until"], until.rfc3339());
        assert_eq!(after["snooze"]["reason"], "Approves Thursday");
        assert!(after["snooze"]["by"].is_string() && after["snooze"]["at"].is_string());
        assert_eq!(read().await, after);
        let again = change(json!({ "snooze": { "until": null } })).await.json();
        assert_eq!(again["snooze"]["until"], Value::Null, "until it changes");
        let woken = change(json!({ "snooze": null })).await.json();
        assert_eq!(woken["snooze"], Value::Null);
        for bad in [
            json!("tomorrow"),
            json!({ "until": "tomorrow" }),
            json!({ "until": "2020-01-01T00:00:00Z" }),
            json!({ "until": null, "reason": "x".repeat(201) }),
            json!({ "till": null }),
        ] {
            let refused = change(json!({ "snooze": bad })).await;
            let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(refused["errors"][0]["field"], "snooze", "{bad}: {refused}");
        }
        let events = server
            .api_get("/events?limit=50", &tenant.token)
            .await
            .json();
        let events = events["items"].as_array().unwrap().iter();
        let of_snooze =
            events.filter(|event| event["kind"].as_str().unwrap().starts_with("snooze"));
        let details: Vec<_> = of_snooze.map(|event| event["details"].clone()).collect();
        let expected = [
            json!({ "until": until.rfc3339(), "reason": "Approves Thursday" }),
            json!({}),
            json!({ "by": "woken" }),
        ];
        assert_eq!(details, expected);
    })
    .await;
}
