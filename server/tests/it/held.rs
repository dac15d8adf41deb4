//! Somebody else holds the database: what needs to write says so, and passes.

use crate::{browser::Answer, test_server::TestServer};
use axum::http::{Method, StatusCode};
use domain::time::Span;
use serde_json::json;
use server::{router::router, state::RouterOptions};
use service::{
    core::database::{Limits, Options},
    testing::{World, backends},
};
use simulator::{Simulator, SimulatorConfig};
use std::time::Duration;

/// A server whose writers don't wait for long, but long enough for what is to
/// succeed on a busy machine.
async fn impatient_server(backend: &service::testing::Backend) -> TestServer {
    let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let opening = Options {
        busy: Duration::from_millis(500),
        limits: Limits {
            at_server: Duration::from_secs(1),
            ..Limits::default()
        },
        ..Options::default()
    };
    let world = World::opened(backend, simulator.url_template(), |_| (), opening).await;
    let options = RouterOptions::default();
    let router = router(world.services.clone(), options.clone());
    TestServer {
        world,
        simulator,
        router,
        options,
    }
}

#[track_caller]
fn passes(answer: &Answer) {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), "5", "{}", answer.body);
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn writes_answer_503_while_somebody_else_holds_the_database() {
    for backend in backends() {
        let server = impatient_server(&backend).await;
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        server.install(&tenant, "shop").await;
        let holder = server.world.hold().await;

        let app =
            json!({ "name": "x", "client_id": "x", "client_secret": "x", "scopes": ["openid"] });
        let create = server.call(Method::POST, "/apps", &tenant.token, Some(app));
        let answer = create.await;
        passes(&answer);
        assert_eq!(answer.json()["code"], "database_unavailable");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let path = "/connections/acme-app/shop/refresh";
        let refresh = server.call(Method::POST, path, &tenant.token, None).await;
        passes(&refresh);
        assert_eq!(refresh.json()["code"], "database_unavailable");

        let fields = [("name", "x"), ("role", "viewer")];
        passes(&browser.post("/t/acme/api-tokens", &fields).await);
        passes(&browser.post("/signout", &[]).await);
        let fields = [
            ("email", "acme-owner@mooring.example"),
            ("password", service::testing::PASSWORD),
        ];
        passes(&server.browser().post("/signin", &fields).await);

        // Pages go on, also when it would be time to note that the session was used.
        server.world.clock.advance(Span::minutes(6));
        let page = browser.get("/t/acme/accounts").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("shop"), "{}", page.body);

        drop(holder);
        let refresh = server.call(Method::POST, path, &tenant.token, None).await;
        assert_eq!(refresh.status, StatusCode::OK, "{}", refresh.body);
        let out = browser.post("/signout", &[]).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.body);
    }
}
