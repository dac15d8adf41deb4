//! `/healthz` and `/readyz`.

use crate::{browser::Browser, test_server::on_each_database};
use axum::http::StatusCode;
use domain::time::Span;
use futures::future::join_all;
use server::{router::router, state::RouterOptions};
use service::testing::{Backend, Cluster, Proxy, World, backends};
use std::time::Duration;

#[tokio::test]
async fn health_is_told_without_a_session() {
    on_each_database(async |server| {
        let browser = server.browser();
        assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
        assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
        server.world.services.db.migrate_down(1).await.unwrap();
        server.world.clock.advance(Span::seconds(1));
        let answer = browser.get("/readyz").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.body.contains("mooring migrate"), "{}", answer.body);
        assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    })
    .await;
}

/// `mooring migrate` of a newer version has run, and processes of this one are
/// replaced one after the other: until then they are ready.
#[tokio::test]
async fn a_step_of_a_newer_version_leaves_a_process_ready() {
    on_each_database(async |server| {
        let browser = server.browser();
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
        assert_eq!(server.world.past(later).await, 1);
        let answer = browser.get("/readyz").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    })
    .await;
}

/// security.md 76: a flood of questions is one cheap statement a second, which changes nothing.
#[tokio::test]
async fn s76_a_flood_of_questions_is_one_statement_a_second() {
    on_each_database(async |server| {
        let browser = server.browser();
        assert_eq!(browser.get("/readyz").await.body, "ready\n");
        for _ in 0..3 {
            server.world.clock.advance(Span::seconds(1));
            server.world.statements.take();
            let flood = join_all((0..200).map(|_| browser.get("/readyz"))).await;
            assert!(flood.iter().all(|answer| answer.status == StatusCode::OK));
            let asked = server.world.statements.take();
            assert_eq!(asked.len(), 1, "{asked:?}");
            assert!(asked[0].starts_with("SELECT version"), "{asked:?}");
        }
        // A clock that was put back doesn't make an old answer hold for longer,
        // neither of the database nor of the keys.
        server.world.clock.advance(Span::seconds(-3600));
        assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
        let asked = server.world.statements.take();
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(
            asked.iter().all(|sql| sql.starts_with("SELECT")),
            "{asked:?}"
        );
    })
    .await;
}

/// security.md 86: while the database answers nothing, the process lives and
/// isn't ready; it is ready again by itself.
#[tokio::test(flavor = "multi_thread")]
async fn s86_health_says_what_is_true_of_a_database_that_fell_silent() {
    if !backends().iter().any(|b| matches!(b, Backend::Postgres(_))) {
        return;
    }
    let cluster = Cluster::start();
    let proxy = Proxy::to(cluster.port()).await;
    let backend = Backend::Postgres(cluster.url_at(proxy.port()));
    let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
    let router = router(world.services.clone(), RouterOptions::default());
    let browser = Browser::new(&router);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    proxy.fall_silent();
    world.clock.advance(Span::seconds(1));
    let answer = browser.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("does not answer"), "{}", answer.body);
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    proxy.lead_to(cluster.port());
    let ready = async {
        while browser.get("/readyz").await.status != StatusCode::OK {
            world.clock.advance(Span::seconds(1));
        }
    };
    let enough = Duration::from_secs(60);
    tokio::time::timeout(enough, ready).await.unwrap();
}
