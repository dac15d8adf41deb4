//! The short way of `/api/v1/connections/{app}/{subdomain}/token`: what it
//! costs, and that nothing gets through it that the long way would refuse.

use crate::{
    api::connection,
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::{role::Role, time::Span};
use secrecy::SecretString;
use service::{
    Confirmed,
    api_tokens::{self, NewApiToken},
    audit,
};

/// A tenant whose account's token was read a moment ago, and the path to it.
async fn warm(server: &TestServer, tenant: &str) -> (Tenant, String) {
    let tenant = server.tenant(tenant).await;
    server.install(&tenant, "shop").await;
    let path = format!("{}/token", connection(&tenant, "shop"));
    read(server, &path, &tenant.token).await;
    (tenant, path)
}

async fn read(server: &TestServer, path: &str, token: &SecretString) -> String {
    let answer = server.api_get(path, token).await.expect(StatusCode::OK);
    let token = &answer.json()["access_token"];
    token.as_str().unwrap().to_owned()
}

async fn token(tenant: &Tenant, role: Role, tied: bool) -> SecretString {
    let new = NewApiToken {
        app: tied.then_some(tenant.app.id),
        ..NewApiToken::new(role.code(), role)
    };
    api_tokens::create(&tenant.owner, &Confirmed::for_test(&tenant.owner), new)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_usual_read_is_one_statement_without_a_transaction() {
    on_each_database(async |server| {
        let (tenant, by_slug) = warm(&server, "acme").await;
        let by_id = format!("/connections/{}/shop/token", tenant.app.id);
        let operator = token(&tenant, Role::Operator, true).await;
        for api_token in [&tenant.token, &operator] {
            // The first read of a minute writes the audit's entry.
            read(&server, &by_slug, api_token).await;
            for path in [&by_slug, &by_id, &format!("{by_slug}?min_ttl=3600")] {
                server.world.statements.take();
                read(&server, path, api_token).await;
                let asked = server.world.statements.take();
                assert_eq!(asked.len(), 1, "{asked:#?}");
                assert!(asked[0].starts_with("SELECT "), "{asked:?}");
            }
        }
        // The next minute's first read writes its entry, and nothing else.
        server.world.clock.advance(Span::minutes(1));
        server.world.statements.take();
        read(&server, &by_slug, &tenant.token).await;
        let asked = server.world.statements.take();
        let writes: Vec<_> = asked
            .iter()
            .filter(|sql| sql.starts_with("UPDATE") || sql.starts_with("INSERT"))
            .collect();
        assert!(!writes.is_empty());
        assert!(
            writes.iter().all(|sql| sql.contains("audit_")),
            "{writes:?}"
        );
    })
    .await;
}

/// security.md 59, 60
#[tokio::test]
async fn s60_the_short_way_refuses_a_revoked_token_with_the_next_request() {
    on_each_database(async |server| {
        let (tenant, path) = warm(&server, "acme").await;
        let operator = token(&tenant, Role::Operator, false).await;
        read(&server, &path, &operator).await;
        let id = api_tokens::list(&tenant.owner).await.unwrap()[0].id;
        api_tokens::revoke(&tenant.owner, id).await.unwrap();
        let refused = server.api_get(&path, &operator).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert_eq!(refused.json()["code"], "token_invalid");
        // Whose call it is comes before what is wrong with it.
        for path in [
            format!("{path}?min_ttl=x"),
            "/connections/none/a.b/token".into(),
        ] {
            let refused = server.api_get(&path, &operator).await;
            assert_eq!(refused.json()["code"], "token_invalid", "{path}");
        }
        read(&server, &path, &tenant.token).await;
    })
    .await;
}

/// security.md 61, 52
#[tokio::test]
async fn s61_the_short_way_keeps_to_the_tokens_app_and_tenant() {
    on_each_database(async |server| {
        let (acme, path) = warm(&server, "acme").await;
        let (other, other_path) = warm(&server, "other").await;
        let second = server.world.app(&acme.owner, "second").await;
        let redirect = server.world.services.config.redirect_uri(second.id);
        server
            .simulator
            .register_app(&second.client_id, "second-secret", &[&redirect]);
        let second = Tenant {
            owner: acme.owner.clone(),
            app: second,
            token: acme.token.clone(),
        };
        server.install(&second, "shop").await;
        let second_path = format!("{}/token", connection(&second, "shop"));

        let tied = token(&acme, Role::Operator, true).await;
        let own = read(&server, &path, &tied).await;
        assert_ne!(own, read(&server, &second_path, &acme.token).await);
        let by_id = |tenant: &Tenant| format!("/connections/{}/shop/token", tenant.app.id);
        for (api_token, path) in [
            (&tied, second_path.clone()),
            (&tied, by_id(&second)),
            (&acme.token, other_path),
            (&acme.token, by_id(&other)),
            (&acme.token, path.replace("shop", "none")),
        ] {
            let answer = server.api_get(&path, api_token).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(!answer.body.contains("access_token"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_short_way_asks_for_the_role() {
    on_each_database(async |server| {
        let (tenant, path) = warm(&server, "acme").await;
        for (role, status) in [
            (Role::Viewer, StatusCode::FORBIDDEN),
            (Role::Success, StatusCode::FORBIDDEN),
            (Role::Operator, StatusCode::OK),
            (Role::Owner, StatusCode::OK),
        ] {
            let token = token(&tenant, role, false).await;
            assert_eq!(
                server.api_get(&path, &token).await.status,
                status,
                "{role:?}"
            );
        }
    })
    .await;
}

/// security.md 63
#[tokio::test]
async fn s63_the_short_way_serves_no_token_that_ends_too_soon() {
    on_each_database(async |server| {
        let (tenant, path) = warm(&server, "acme").await;
        let first = read(&server, &path, &tenant.token).await;
        // Gorgias gives a day; 90 seconds of it are left.
        let late = Span::seconds(86_400 - 90);
        server.world.clock.advance(late);
        server
            .simulator
            .advance(std::time::Duration::from_secs(86_400 - 90));
        assert_eq!(first, read(&server, &path, &tenant.token).await);
        let renewed = read(&server, &format!("{path}?min_ttl=120"), &tenant.token).await;
        assert_ne!(first, renewed);
        assert_eq!(server.simulator.refreshes("shop").len(), 1);
    })
    .await;
}

/// security.md 64: the short way counts and enters reads as the long way does.
#[tokio::test]
async fn s64_each_read_by_the_short_way_is_told_of_once() {
    on_each_database(async |server| {
        let (tenant, path) = warm(&server, "acme").await;
        for _ in 0..4 {
            read(&server, &path, &tenant.token).await;
        }
        server.world.clock.advance(Span::minutes(1));
        read(&server, &path, &tenant.token).await;
        audit::flush(&server.world.services, true).await.unwrap();
        let rows = audit::list(&tenant.owner, &audit::Filter::default(), None)
            .await
            .unwrap()
            .rows;
        let reads: Vec<_> = rows
            .iter()
            .filter(|row| row.action == audit::Action::TokenRead)
            .collect();
        let told: i64 = reads.iter().map(|row| row.repeats + 1).sum();
        assert_eq!(told, 6);
        assert!(reads.iter().all(|row| row.target == "acme-app/shop"));
        assert!(
            reads
                .iter()
                .all(|row| row.actor_name.as_deref() == Some("test"))
        );

        server.world.make_audit_unwritable().await;
        server.world.clock.advance(Span::minutes(1));
        let refused = server.api_get(&path, &tenant.token).await;
        assert_eq!(refused.json()["code"], "audit_unavailable");
    })
    .await;
}

/// A planted or moved row is no token on the short way either (security.md 38, 39).
#[tokio::test]
async fn s38_the_short_way_opens_no_record_of_another_connection() {
    on_each_database(async |server| {
        let (tenant, path) = warm(&server, "acme").await;
        server.install(&tenant, "pier").await;
        let moved = server
            .world
            .past(
                "UPDATE credentials SET nonce = (SELECT o.nonce FROM credentials o \
                   WHERE o.purpose = credentials.purpose AND o.owner_id <> credentials.owner_id), \
                 ciphertext = (SELECT o.ciphertext FROM credentials o \
                   WHERE o.purpose = credentials.purpose AND o.owner_id <> credentials.owner_id) \
                 WHERE purpose = 'connection.access_token'",
            )
            .await;
        assert_eq!(moved, 2);
        let answer = server.api_get(&path, &tenant.token).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.body.contains("access_token"));
    })
    .await;
}

/// After a restart of PostgreSQL the pools hold connections that are dead;
/// nobody who asks is to notice.
#[tokio::test]
async fn connections_that_died_with_the_database_give_no_error() {
    on_each_database(async |server| {
        if server.world.services.db.is_sqlite() {
            return; // A file doesn't hang up.
        }
        let (tenant, path) = warm(&server, "acme").await;
        for _ in 0..3 {
            read(&server, &path, &tenant.token).await;
            server
                .world
                .past(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await;
            for _ in 0..3 {
                read(&server, &path, &tenant.token).await;
            }
        }
    })
    .await;
}
