//! Requests from elsewhere change nothing.

use crate::{browser::form, house::on_each_database};
use axum::http::{Method, StatusCode};
use service::testing::PUBLIC_URL;

/// Every address that takes a POST with cookies.
const POSTS: &[&str] = &[
    "/setup",
    "/signin",
    "/signout",
    "/theme",
    "/t/acme/apps/new",
    "/t/acme/apps/acme-app",
    "/t/acme/apps/acme-app/remove",
    "/t/acme/accounts/connect",
    "/t/acme/accounts/links",
    "/t/acme/accounts/acme-app/shop/check",
    "/t/acme/accounts/acme-app/shop/authorize",
    "/t/acme/accounts/acme-app/shop/links",
    "/t/acme/accounts/acme-app/shop/links/0190b5c1-7c3e-7000-8000-000000000000/revoke",
    "/t/acme/accounts/acme-app/shop/disconnect",
    "/t/acme/api-tokens",
    "/t/acme/api-tokens/0190b5c1-7c3e-7000-8000-000000000000/revoke",
    "/r/some-token",
    "/nothing/here",
];

/// security.md 51
#[tokio::test]
async fn posts_from_elsewhere_are_refused_everywhere() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        house.install(&tenant, "shop").await;
        let browser = house.signed_in("acme").await;
        let elsewhere: [&[(&str, &str)]; 6] = [
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", PUBLIC_URL), ("sec-fetch-site", "cross-site")],
            &[("origin", PUBLIC_URL), ("sec-fetch-site", "same-site")],
            &[("origin", "http://evil.example"), ("host", "evil.example")],
            &[],
        ];
        for path in POSTS {
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
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        house.install(&tenant, "shop").await;
        let browser = house.signed_in("acme").await;
        for path in ["/signout", "/theme", "/t/acme/accounts/acme-app/shop/check"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        let page = browser
            .get("/t/acme/accounts/acme-app/shop/disconnect")
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
        assert!(house.simulator.refreshes("shop").is_empty());
    })
    .await;
}

/// security.md 11
#[tokio::test]
async fn forged_hosts_change_no_address() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        let browser = house.browser();
        let request = browser
            .request(Method::GET, &crate::house::install_path(&tenant, "shop"))
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("forwarded", "host=evil.example;proto=https");
        let answer = browser.send(request.body(form(&[])).unwrap()).await;
        let location = answer.location();
        assert!(!location.contains("evil"), "{location}");
        let redirect_uri = house.world.services.config.redirect_uri(tenant.app.id);
        let url = url::Url::parse(location).unwrap();
        assert!(
            url.query_pairs()
                .any(|(k, v)| k == "redirect_uri" && v == redirect_uri)
        );
    })
    .await;
}
