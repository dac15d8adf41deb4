//! Requests from elsewhere change nothing.

use crate::{
    browser::form,
    test_server::{form_addresses, on_each_database},
};
use axum::http::{Method, StatusCode};
use service::testing::PUBLIC_URL;

/// security.md 51
#[tokio::test]
async fn posts_from_elsewhere_are_refused_everywhere() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let elsewhere: [&[(&str, &str)]; 6] = [
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", PUBLIC_URL), ("sec-fetch-site", "cross-site")],
            &[("origin", PUBLIC_URL), ("sec-fetch-site", "same-site")],
            &[("origin", "http://evil.example"), ("host", "evil.example")],
            &[],
        ];
        let addresses = form_addresses();
        for path in addresses
            .iter()
            .map(String::as_str)
            .chain(["/nothing/here"])
        {
            for headers in elsewhere {
                let request = headers
                    .iter()
                    .fold(browser.request(Method::POST, path), |r, (k, v)| {
                        r.header(*k, *v)
                    });
                let answer = browser.send(request.body(form(&[])).unwrap()).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            }
        }
        // All of it changed nothing: still signed in, still there.
        let page = browser.get("/t/acme/accounts/acme-app/shop").await;
        assert_eq!(page.status, StatusCode::OK);
    })
    .await;
}

/// security.md 51: GET changes nothing.
#[tokio::test]
async fn what_changes_things_does_not_answer_to_get() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let before = server.world.dump().await;
        for path in form_addresses() {
            let answer = browser.get(&path).await;
            // A page, where the form stands on one of its own.
            let pages = [
                StatusCode::OK,
                StatusCode::NOT_FOUND,
                StatusCode::SEE_OTHER,
                StatusCode::METHOD_NOT_ALLOWED,
                StatusCode::GONE,
            ];
            assert!(pages.contains(&answer.status), "{path}: {}", answer.status);
        }
        assert_eq!(server.world.dump().await, before);
        for path in ["/signout", "/theme", "/t/acme/accounts/acme-app/shop/check"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
        assert!(server.simulator.refreshes("shop").is_empty());
    })
    .await;
}

/// security.md 11
#[tokio::test]
async fn forged_hosts_change_no_address() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let request = browser
            .request(
                Method::GET,
                &crate::test_server::install_path(&tenant, "shop"),
            )
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("forwarded", "host=evil.example;proto=https");
        let answer = browser.send(request.body(form(&[])).unwrap()).await;
        let location = answer.location();
        assert!(!location.contains("evil"), "{location}");
        let redirect_uri = server.world.services.config.redirect_uri(tenant.app.id);
        let url = url::Url::parse(location).unwrap();
        assert!(
            url.query_pairs()
                .any(|(k, v)| k == "redirect_uri" && v == redirect_uri)
        );
    })
    .await;
}

/// So that the lists above miss no form: POST is answered where forms post to,
/// and at no other address of a page.
#[tokio::test]
async fn s51_all_addresses_that_take_a_form_are_known() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let forms: Vec<_> = server::router::form_paths().collect();
        let browser = server.browser();
        for path in app::routes::PATHS.iter().copied().chain(["/", "/healthz"]) {
            let answer = browser.post(path, &[]).await;
            let taken = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(taken, forms.contains(&path), "{path}: {}", answer.status);
        }
        for path in form_addresses() {
            let answer = browser.post(&path, &[]).await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert!(
                !answer.status.is_server_error(),
                "{path}: {}",
                answer.status
            );
        }
    })
    .await;
}
