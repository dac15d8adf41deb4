//! The cookies of authorizations: one each, few, and small.

use super::{approved, authorizations};
use crate::test_server::{Tenant, TestServer, install_path, on_each_database};
use axum::http::StatusCode;
use domain::time::Span;

/// The bytes of all of them in a header.
fn size(cookies: &[(String, String)]) -> usize {
    cookies
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum()
}

/// security.md 46, 71
#[tokio::test]
async fn s71_each_authorization_has_a_cookie_of_its_own() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let begun = browser.get(&install_path(&tenant, "shop")).await;
        let url = url::Url::parse(begun.location()).unwrap();
        let (_, state) = url.query_pairs().find(|(key, _)| key == "state").unwrap();
        assert_eq!(state.len(), 43);
        let (name, value) = authorizations(&browser).pop().unwrap();
        assert!(!name.contains(&state[..8]) && !value.contains("shop"));
        let set = begun.set_cookie(&name).to_owned();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
            assert!(set.contains(attribute), "{set}");
        }
        browser.get(&install_path(&tenant, "other")).await;
        assert_eq!(authorizations(&browser).len(), 2);
        let callback = server.simulator.approve(begun.location()).unwrap();
        browser.get(&callback).await;
        let left: Vec<_> = authorizations(&browser);
        assert!(left.len() == 1 && left[0].0 != name, "used up");
        // Whose time is over goes with the next, if the browser doesn't see to it.
        server.world.clock.advance(Span::minutes(10));
        browser.get(&install_path(&tenant, "late")).await;
        let kept = authorizations(&browser);
        assert!(kept.len() == 1 && kept[0].0 != left[0].0, "{kept:?}");
    })
    .await;
}

/// security.md 71: eight at most, and the oldest goes; those that nobody known
/// began go first, so that no page can push an operator's out.
#[tokio::test]
async fn s71_eight_are_kept_and_installs_make_room_first() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let fields = [("app", tenant.app.slug.as_str()), ("subdomain", "mine")];
        let begun = browser.post("/t/acme/accounts/connect", &fields).await;
        let operator = server.simulator.approve(begun.location()).unwrap();
        let mut callbacks = Vec::new();
        for n in 0..9 {
            server.world.clock.advance(Span::seconds(1));
            callbacks.push(approved(&server, &browser, &tenant, &format!("shop-{n}")).await);
            assert!(authorizations(&browser).len() <= 8);
        }
        for (n, callback) in callbacks.iter().enumerate() {
            let answer = browser.get(callback).await;
            let expected = if n < 2 {
                StatusCode::BAD_REQUEST
            } else {
                StatusCode::SEE_OTHER
            };
            assert_eq!(answer.status, expected, "{n}");
        }
        assert_eq!(browser.get(&operator).await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

/// security.md 71: whatever an app asks for, the header stays one that proxies take.
#[tokio::test]
async fn s71_many_scopes_make_no_header_that_proxies_refuse() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        for (scopes, kept) in [(40, 5), (400, 8)] {
            ask_for(&server, &tenant, scopes).await;
            let browser = server.browser();
            let mut callback = String::new();
            for n in 0..12 {
                server.world.clock.advance(Span::seconds(1));
                callback = approved(&server, &browser, &tenant, &format!("shop-{n}")).await;
                let cookies = authorizations(&browser);
                assert!(size(&cookies) <= 6_000, "{}", size(&cookies));
            }
            assert!(authorizations(&browser).len() >= kept);
            let answer = browser.get(&callback).await;
            let page = browser.get(answer.location()).await.expect(StatusCode::OK);
            assert!(page.body.contains("shop-11 is "), "{}", page.body);
        }
    })
    .await;
}

async fn ask_for(server: &TestServer, tenant: &Tenant, scopes: usize) {
    let mut wanted = vec!["openid".to_owned(), "offline".to_owned()];
    wanted.extend((0..scopes).map(|n| format!("thing{n}:read")));
    let body = serde_json::json!({ "scopes": wanted });
    let path = format!("/apps/{}", tenant.app.slug);
    server
        .call(axum::http::Method::PATCH, &path, &tenant.token, Some(body))
        .await
        .expect(StatusCode::OK);
}
