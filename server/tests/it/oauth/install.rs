//! From “Connect app” to the page at the end.

use super::{health, refused};
use crate::house::{install_path, on_each_database};
use axum::http::StatusCode;
use simulator::IdToken;
use std::time::Duration;

#[tokio::test]
async fn an_installation_from_its_begin_to_its_end() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        let browser = house.browser();
        let begun = browser.get(&install_path(&tenant, "shop")).await;
        assert!(
            begun
                .location()
                .starts_with(&house.simulator.issuer("shop"))
        );
        let there = house.api_get("/connections", &tenant.token).await.json();
        assert_eq!(
            there["items"].as_array().unwrap().len(),
            0,
            "no row before approval"
        );

        let callback = house.simulator.approve(begun.location()).unwrap();
        let ended = browser.get(&callback).await;
        let result = ended.location().to_owned();
        assert!(
            result.starts_with(&format!("/oauth/{}/result/", tenant.app.id)),
            "{result}"
        );
        let page = browser.get(&result).await.expect(StatusCode::OK);
        assert!(page.body.contains("shop"), "{}", page.body);
        let again = browser.get(&result).await;
        assert_eq!(again.status, StatusCode::OK, "a reload is harmless");
        assert_eq!(house.simulator.token_requests("shop").len(), 1);
        let stranger = house.browser().get(&result).await;
        assert_eq!(
            stranger.status,
            StatusCode::NOT_FOUND,
            "bound to the browser"
        );
        assert_eq!(health(&house, &tenant, "shop").await["health"], "working");
    })
    .await;
}

/// security.md 8
#[tokio::test]
async fn install_wants_one_good_account() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        let browser = house.browser();
        let base = format!("/oauth/{}/install", tenant.app.id);
        let long = format!("?account={}", "a".repeat(200));
        for query in [
            "",
            "?account=",
            "?account=a&account=b",
            "?account=evil.com%2F",
            "?account=a.b",
            "?account=..",
            "?account=%40",
            "?account=a%23",
            "?account=%5C",
            "?account=%252e",
            "?account=127.0.0.1",
            "?account=%EF%BD%81%EF%BD%83",
            "?account=xn--80ak6aa92e",
            "?account=a%0D%0Ab",
            long.as_str(),
        ] {
            let answer = browser.get(&format!("{base}{query}")).await;
            refused(&answer);
            assert_eq!(answer.header("location"), "", "{query}");
        }
        assert!(browser.cookie("mooring_browser").is_none());
        assert!(house.simulator.log().is_empty());
        for app in ["0190b5c1-7c3e-7000-8000-000000000000", "acme-app", "x"] {
            let answer = browser
                .get(&format!("/oauth/{app}/install?account=shop"))
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{app}");
        }
    })
    .await;
}

/// security.md 15
#[tokio::test]
async fn fewer_permissions_make_it_limited() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        house
            .simulator
            .account("shop")
            .granted_scope(Some("openid offline"));
        let browser = house.browser();
        let answer = house.installation(&browser, &tenant, "shop").await;
        let page = browser.get(answer.location()).await.expect(StatusCode::OK);
        assert!(
            page.body.contains("tickets:read"),
            "what is missing is named: {}",
            page.body
        );
        let connection = health(&house, &tenant, "shop").await;
        assert_eq!(connection["health"], "limited");
        let missing = connection["scopes"]["missing"].to_string();
        assert!(missing.contains("tickets:read"), "{missing}");
    })
    .await;
}

/// security.md 14
#[tokio::test]
async fn without_a_refresh_token_it_stops_soon() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        house.simulator.account("shop").refresh_token(false);
        house.install(&tenant, "shop").await;
        assert_eq!(
            health(&house, &tenant, "shop").await["health"],
            "stopping_soon"
        );
    })
    .await;
}

/// security.md 19
#[tokio::test]
async fn an_id_token_that_cannot_be_trusted_is_refused() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        for (account, id_token) in [
            ("nonce", IdToken::WrongNonce),
            ("aud", IdToken::WrongAud),
            ("iss", IdToken::WrongIss),
            ("exp", IdToken::Expired),
            ("alg", IdToken::AlgNone),
        ] {
            house.simulator.account(account).id_token(id_token);
            let browser = house.browser();
            let answer = house.installation(&browser, &tenant, account).await;
            browser.get(answer.location()).await;
            assert_eq!(
                health(&house, &tenant, account).await["status"],
                404,
                "{account}"
            );
        }
    })
    .await;
}

/// security.md 20
#[tokio::test]
async fn another_accounts_approval_changes_nothing() {
    on_each_database(async |house| {
        let tenant = house.tenant("acme").await;
        house.install(&tenant, "shop").await;
        let path = format!("/connections/{}/shop/token", tenant.app.slug);
        let before = house.api_get(&path, &tenant.token).await.json();
        house.simulator.account("shop").token_account(Some("other"));
        house.simulator.advance(Duration::from_secs(5));
        let browser = house.browser();
        let answer = house.installation(&browser, &tenant, "shop").await;
        let page = browser.get(answer.location()).await;
        assert!(page.body.contains("shop"), "{}", page.body);
        let after = house.api_get(&path, &tenant.token).await.json();
        assert_eq!(before["access_token"], after["access_token"]);

        house.simulator.account("shop").token_account(None);
        house.install(&tenant, "shop").await;
        let swapped = house.api_get(&path, &tenant.token).await.json();
        assert_ne!(before["access_token"], swapped["access_token"]);
        assert_eq!(health(&house, &tenant, "shop").await["health"], "working");
    })
    .await;
}
