//! security.md 79: where API tokens are used from, and how long they work.

use crate::{
    api::connection,
    browser::{Answer, send},
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use domain::{role::Role, time::Span};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use server::{router::router, state::RouterOptions};
use service::{
    Confirmed,
    api_tokens::{self, NewApiToken},
    audit::{self, Action, AuditRow, Filter, Outcome},
};
use std::net::SocketAddr;

const HOME: &str = "203.0.113.7:4000";
const AWAY: &str = "198.51.100.9:4000";

/// A call of the machine API from an address.
async fn call(router: &Router, from: &str, path: &str, token: &SecretString) -> Answer {
    forwarded(router, from, None, path, token).await
}

async fn forwarded(
    router: &Router,
    from: &str,
    client: Option<&str>,
    path: &str,
    token: &SecretString,
) -> Answer {
    let from: SocketAddr = from.parse().unwrap();
    let mut request = Request::get(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {}", token.expose_secret()))
        .extension(ConnectInfo(from));
    if let Some(client) = client {
        request = request.header("x-forwarded-for", client);
    }
    send(router, request.body(Body::empty()).unwrap()).await
}

/// A tenant with an account, the path to its token, and a backend's token.
async fn backend(server: &TestServer, new: NewApiToken) -> (Tenant, String, SecretString) {
    let tenant = server.tenant("acme").await;
    server.install(&tenant, "shop").await;
    let path = format!("{}/token", connection(&tenant, "shop"));
    let token = api_tokens::create(&tenant.owner, &Confirmed::for_test(&tenant.owner), new)
        .await
        .unwrap();
    (tenant, path, token)
}

fn plain() -> NewApiToken {
    NewApiToken::new("Returns", Role::Backend)
}

/// The events of new addresses, oldest first.
async fn events(server: &TestServer, tenant: &Tenant) -> Vec<Value> {
    let page = server.api_get("/events?limit=200", &tenant.token).await;
    let page = page.expect(StatusCode::OK).json();
    let mut events = page["items"].as_array().unwrap().clone();
    events.retain(|event| event["kind"] == "api_token.new_address");
    events
}

/// The entries of the audit of this kind, oldest first.
async fn entries(tenant: &Tenant, action: Action) -> Vec<AuditRow> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let page = audit::list(&tenant.owner, &Filter::default(), next).await;
        let page = page.unwrap();
        all.extend(page.rows.into_iter().filter(|row| row.action == action));
        next = page.next;
        if next.is_none() {
            all.reverse();
            return all;
        }
    }
}

async fn addresses_told(tenant: &Tenant) -> Vec<String> {
    let rows = entries(tenant, Action::ApiTokenNewAddress).await;
    rows.into_iter().filter_map(|row| row.address).collect()
}

#[tokio::test]
async fn s79_the_first_read_from_a_new_address_is_an_entry_and_an_event() {
    on_each_database(async |server| {
        let (tenant, path, token) = backend(&server, plain()).await;
        let here = &server.router;
        call(here, HOME, &path, &token).await.expect(StatusCode::OK);
        assert_eq!(
            events(&server, &tenant).await.len(),
            0,
            "the very first use"
        );

        for _ in 0..3 {
            call(here, AWAY, &path, &token).await.expect(StatusCode::OK);
        }
        let told = events(&server, &tenant).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["details"]["address"], "198.51.100.9");
        assert_eq!(told[0]["details"]["token"], "Returns");
        assert_eq!(told[0]["actor"]["kind"], "api_token");
        assert_eq!(told[0]["subdomain"], Value::Null);
        assert_eq!(addresses_told(&tenant).await, ["198.51.100.9"]);

        // The long way tells as well: another call, and by an IPv6 network.
        for host in ["[2001:db8::1]:9", "[2001:db8::2]:9"] {
            let seen = call(here, host, "/connections", &token).await;
            seen.expect(StatusCode::OK);
        }
        assert_eq!(events(&server, &tenant).await.len(), 2);
        // Both addresses that were known stay so.
        for host in [HOME, AWAY] {
            call(here, host, &path, &token).await.expect(StatusCode::OK);
        }
        assert_eq!(events(&server, &tenant).await.len(), 2);
        let rows = api_tokens::list(&tenant.owner).await.unwrap();
        let row = rows.iter().find(|row| row.name == "Returns").unwrap();
        assert_eq!(row.used_from.len(), 3);

        // Whoever is tied to an app doesn't hear what belongs to the tenant.
        let tied = NewApiToken {
            app: Some(tenant.app.id),
            ..plain()
        };
        let tied = api_tokens::create(&tenant.owner, &Confirmed::for_test(&tenant.owner), tied)
            .await
            .unwrap();
        let page = server.api_get("/events?limit=200", &tied).await;
        assert!(!page.expect(StatusCode::OK).body.contains("new_address"));
        for report in audit::verify(&server.world.services, None).await.unwrap() {
            assert_eq!(report.broken, None);
        }
    })
    .await;
}

#[tokio::test]
async fn s79_of_two_processes_one_tells() {
    on_each_database(async |server| {
        let (tenant, path, token) = backend(&server, plain()).await;
        let other = server.world.second_process().await;
        let other = router(other, RouterOptions::default());
        call(&server.router, HOME, &path, &token).await;
        // Several, so that the two meet at one of them for certain.
        let calls = (0..40).map(async |i| {
            let router = if i % 2 == 0 { &server.router } else { &other };
            let from = format!("198.51.100.{}:4000", i / 4);
            call(router, &from, &path, &token).await
        });
        for answer in futures::future::join_all(calls).await {
            assert_eq!(answer.status, StatusCode::OK);
        }
        assert_eq!(events(&server, &tenant).await.len(), 10);
        assert_eq!(addresses_told(&tenant).await.len(), 10);
    })
    .await;
}

#[tokio::test]
async fn s79_an_address_is_new_again_after_thirty_days_without_a_use() {
    on_each_database(async |server| {
        let (tenant, _, token) = backend(&server, plain()).await;
        let services = &server.world.services;
        for host in [HOME, AWAY] {
            call(&server.router, host, "/connections", &token).await;
        }
        assert_eq!(addresses_told(&tenant).await.len(), 1);
        // In use, though in no process that remembers the beginning.
        for _ in 0..3 {
            server.world.clock.advance(Span::days(20));
            call(&server.router, HOME, "/connections", &token).await;
            api_tokens::flush(services).await.unwrap();
        }
        let fresh = router(
            server.world.second_process().await,
            RouterOptions::default(),
        );
        for router in [&fresh, &server.router] {
            call(router, HOME, "/connections", &token).await;
        }
        assert_eq!(addresses_told(&tenant).await.len(), 1);
        // Not in use, and remembered all the same.
        for router in [&server.router, &fresh] {
            call(router, AWAY, "/connections", &token).await;
        }
        assert_eq!(
            addresses_told(&tenant).await,
            ["198.51.100.9", "198.51.100.9"]
        );
        assert_eq!(events(&server, &tenant).await.len(), 2);
    })
    .await;
}

/// Whoever changes addresses all the time buries nothing else, and hides no
/// address in what isn't told any more: the audit has each of them.
#[tokio::test]
async fn s79_addresses_and_what_is_told_of_them_are_bounded_but_not_the_audit() {
    on_each_database(async |server| {
        let (tenant, _, token) = backend(&server, plain()).await;
        for host in 0..130 {
            let from = format!("203.0.113.{host}:1");
            call(&server.router, &from, "/connections", &token).await;
            // So that they have an order.
            server.world.clock.advance(Span::seconds(1));
        }
        let told = events(&server, &tenant).await.len();
        assert_eq!(told, 19, "twenty of a day with the very first use");
        let recorded = addresses_told(&tenant).await;
        assert_eq!(recorded.len(), 129, "all but the very first");
        assert_eq!(recorded[128], "203.0.113.129");
        let rows = api_tokens::list(&tenant.owner).await.unwrap();
        let row = rows.iter().find(|row| row.name == "Returns").unwrap();
        assert_eq!(row.used_from.len(), 100);
        assert_eq!(row.used_from[0], "203.0.113.129");
        server.world.clock.advance(Span::days(1));
        call(&server.router, AWAY, "/connections", &token).await;
        assert_eq!(events(&server, &tenant).await.len(), 20);
        assert_eq!(addresses_told(&tenant).await.len(), 130);
    })
    .await;
}

#[tokio::test]
async fn s79_what_comes_from_a_new_address_is_not_answered_without_an_entry() {
    on_each_database(async |server| {
        let (tenant, path, token) = backend(&server, plain()).await;
        call(&server.router, HOME, &path, &token)
            .await
            .expect(StatusCode::OK);
        server.world.make_audit_unwritable().await;
        for path in ["/connections", &path] {
            let refused = call(&server.router, AWAY, path, &token).await;
            let refused = refused.expect(StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(refused.json()["code"], "audit_unavailable");
            assert!(!refused.body.contains("access_token"));
        }
        let known = call(&server.router, HOME, "/connections", &token).await;
        known.expect(StatusCode::OK);
        server.world.make_audit_writable().await;
        call(&server.router, AWAY, &path, &token)
            .await
            .expect(StatusCode::OK);
        assert_eq!(addresses_told(&tenant).await, ["198.51.100.9"]);
    })
    .await;
}

/// The address is the client's, as the settings say whom to believe. What is
/// refused is recorded once a minute: memory and audit both see to that.
#[tokio::test]
async fn s79_a_token_works_from_its_networks_alone() {
    on_each_database(async |server| {
        let new = NewApiToken {
            networks: "203.0.113.0/24, 2001:db8::/32".parse().unwrap(),
            ..plain()
        };
        let (tenant, path, token) = backend(&server, new).await;
        for from in [HOME, "[2001:db8:1::2]:1", "[::ffff:203.0.113.9]:1"] {
            call(&server.router, from, &path, &token)
                .await
                .expect(StatusCode::OK);
        }
        for path in [path.as_str(), "/connections", &path] {
            let refused = call(&server.router, AWAY, path, &token).await;
            let refused = refused.expect(StatusCode::FORBIDDEN);
            assert_eq!(refused.json()["code"], "network_not_allowed");
        }
        // Nobody knows where this comes from.
        let refused = server.api_get(&path, &token).await;
        assert_eq!(refused.json()["code"], "network_not_allowed");
        let told = entries(&tenant, Action::ApiTokenRefused).await;
        assert_eq!(told.len(), 1, "once a minute");
        assert_eq!(told[0].outcome, Outcome::Refused);
        assert_eq!(told[0].address.as_deref(), Some("198.51.100.9"));
        assert_eq!(told[0].detail, "network_not_allowed");
        server.world.clock.advance(Span::minutes(1));
        call(&server.router, AWAY, &path, &token).await;
        assert_eq!(entries(&tenant, Action::ApiTokenRefused).await.len(), 2);
        assert!(
            addresses_told(&tenant)
                .await
                .iter()
                .all(|a| a != "198.51.100.9"),
            "nothing was read from there"
        );

        let behind = RouterOptions {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..RouterOptions::default()
        };
        let behind = router(server.world.services.clone(), behind);
        for (client, status) in [
            ("203.0.113.7", StatusCode::OK),
            ("198.51.100.9", StatusCode::FORBIDDEN),
            ("203.0.113.7, 198.51.100.9", StatusCode::FORBIDDEN),
        ] {
            let answer = forwarded(&behind, "10.0.0.1:1", Some(client), &path, &token).await;
            assert_eq!(answer.status, status, "{client}");
        }
        let forged = forwarded(&server.router, AWAY, Some("203.0.113.7"), &path, &token).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn s79_a_token_ends_when_its_time_is_over() {
    on_each_database(async |server| {
        let new = NewApiToken {
            expires_in: Some(Span::days(30)),
            ..plain()
        };
        let (tenant, path, token) = backend(&server, new).await;
        call(&server.router, HOME, &path, &token)
            .await
            .expect(StatusCode::OK);
        let rows = api_tokens::list(&tenant.owner).await.unwrap();
        let row = rows.iter().find(|row| row.name == "Returns").unwrap();
        let end = server.world.clock_now().plus(Span::days(30));
        assert_eq!(row.expires_at, Some(end));
        server.world.clock.advance(Span::days(30));
        for path in [path.as_str(), "/connections"] {
            let refused = call(&server.router, HOME, path, &token).await;
            let refused = refused.expect(StatusCode::UNAUTHORIZED);
            assert_eq!(refused.json()["code"], "token_expired");
            assert!(refused.header("www-authenticate").contains("invalid_token"));
        }
    })
    .await;
}

/// What all this costs the usual read: nothing.
#[tokio::test]
async fn s79_the_usual_read_of_a_bounded_token_is_one_statement() {
    on_each_database(async |server| {
        let new = NewApiToken {
            networks: "203.0.113.0/24".parse().unwrap(),
            expires_in: Some(Span::days(30)),
            ..plain()
        };
        let (_, path, token) = backend(&server, new).await;
        call(&server.router, HOME, &path, &token)
            .await
            .expect(StatusCode::OK);
        server.world.statements.take();
        let read = call(&server.router, HOME, &path, &token).await;
        read.expect(StatusCode::OK);
        let asked = server.world.statements.take();
        assert_eq!(asked.len(), 1, "{asked:#?}");
        assert!(asked[0].starts_with("SELECT "), "{asked:?}");
    })
    .await;
}
