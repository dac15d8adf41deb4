//! What every response carries.

use crate::{browser::Browser, test_server::on_each_database};
use axum::http::{Method, StatusCode};
use server::{router::router, site::Site, state::RouterOptions};
use service::{Services, core::config::Config, host::Host, testing::World};
use std::sync::Arc;

const EVERYWHERE: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// security.md 56, 58
#[tokio::test]
async fn errors_carry_the_headers_too() {
    on_each_database(async |server| {
        let browser = server.browser();
        for path in [
            "/signin",
            "/setup",
            "/nothing/here",
            "/pkg/nothing.js",
            "/healthz",
            "/api/v1/apps",
            "/api/v1/nothing",
            "/t/acme",
            "/oauth/x/install",
        ] {
            let answer = browser.get(path).await;
            for (name, value) in EVERYWHERE {
                assert_eq!(answer.header(name), value, "{name} of {path}");
            }
            assert!(!answer.header("permissions-policy").is_empty(), "{path}");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
            assert!(
                policy.contains("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(!answer.header("x-request-id").is_empty(), "{path}");
            assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        }
    })
    .await;
}

/// security.md 56: a fault inside is a constant sentence with the headers.
#[tokio::test]
async fn a_fault_says_nothing_of_itself() {
    on_each_database(async |server| {
        let token = server.tenant("acme").await.token;
        // Takes the tables away, until the one of API tokens is among them.
        let mut answer = server.api_get("/apps", &token).await;
        while answer.status == StatusCode::OK {
            server.world.services.db.migrate_down(1).await.unwrap();
            answer = server.api_get("/apps", &token).await;
        }
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.json()["code"], "internal");
        assert!(!answer.body.contains("api_tokens"), "{}", answer.body);
        assert_eq!(answer.header("x-frame-options"), "DENY");
    })
    .await;
}

/// security.md 46, 56
#[tokio::test]
async fn https_adds_its_own() {
    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let router = router(
        with_public_url(&world, "https://mooring.example"),
        RouterOptions::default(),
    );
    let browser = Browser::at(&router, "https://mooring.example");
    let answer = browser.get("/signin").await;
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

/// The same installation under another address.
pub fn with_public_url(world: &World, public_url: &str) -> Services {
    let parts = &world.services;
    let machine = Host {
        clock: Arc::clone(&parts.clock),
        ..Host::default()
    };
    let config = Config {
        public_url: public_url.into(),
        ..parts.config.clone()
    };
    let gorgias = Arc::clone(&parts.gorgias);
    Services::on(
        machine,
        parts.db.clone(),
        config,
        parts.vault().clone(),
        gorgias,
    )
}

#[tokio::test]
async fn files_with_a_hash_are_kept_and_come_compressed() {
    let folder = tempfile::tempdir().unwrap();
    let pkg = folder.path().join("pkg");
    std::fs::create_dir(&pkg).unwrap();
    let name = "mooring.0123456789abcdef01234567.css";
    std::fs::write(
        folder.path().join("hash.txt"),
        "css: 0123456789abcdef01234567\n",
    )
    .unwrap();
    std::fs::write(pkg.join(name), "body {}").unwrap();
    std::fs::write(pkg.join(format!("{name}.br")), "smaller").unwrap();
    std::fs::write(folder.path().join("favicon.svg"), "<svg/>").unwrap();

    let world = World::on_sqlite("https://{subdomain}.gorgias.invalid").await;
    let options = RouterOptions {
        site: Site::new(folder.path().to_owned()),
        ..RouterOptions::default()
    };
    let browser = Browser::new(&router(world.services.clone(), options));

    let path = format!("/pkg/{name}");
    let plain = browser.get(&path).await;
    assert_eq!(plain.body, "body {}");
    assert!(plain.header("cache-control").ends_with("immutable"));
    assert_eq!(plain.header("x-content-type-options"), "nosniff");
    let request = browser
        .request(Method::GET, &path)
        .header("accept-encoding", "br, gzip")
        .body(axum::body::Body::empty())
        .unwrap();
    let small = browser.send(request).await;
    assert_eq!(small.header("content-encoding"), "br");
    assert_eq!(small.body, "smaller");
    let icon = browser.get("/favicon.svg").await;
    assert_eq!(icon.header("cache-control"), "no-cache");
    for outside in ["/pkg/../hash.txt", "/pkg/%2e%2e/hash.txt", "/pkg/"] {
        assert_eq!(
            browser.get(outside).await.status,
            StatusCode::NOT_FOUND,
            "{outside}"
        );
    }
    let page = browser.get("/signin").await;
    assert!(page.body.contains(name), "{}", page.body);
}
