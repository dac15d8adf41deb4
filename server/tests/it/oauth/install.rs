//! From “Connect app” to the page at the end.

use super::{health, refused};
use crate::test_server::{install_path, on_each_database};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use simulator::IdToken;
use std::time::Duration;

#[tokio::test]
async fn an_installation_from_its_begin_to_its_end() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let begun = browser.get(&install_path(&tenant, "shop")).await;
        assert!(
            begun
                .location()
                .starts_with(&server.simulator.issuer("shop"))
        );
        let there = server.api_get("/connections", &tenant.token).await.json();
        assert_eq!(
            there["items"].as_array().unwrap().len(),
            0,
            "no row before approval"
        );

        let callback = server.simulator.approve(begun.location()).unwrap();
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
        assert_eq!(server.simulator.token_requests("shop").len(), 1);
        let stranger = server.browser().get(&result).await;
        assert_eq!(
            stranger.status,
            StatusCode::NOT_FOUND,
            "bound to the browser"
        );
        assert_eq!(health(&server, &tenant, "shop").await["health"], "working");
    })
    .await;
}

/// security.md 8
#[tokio::test]
async fn install_wants_one_good_account() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
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
        assert!(browser.cookies().is_empty());
        assert!(server.simulator.log().is_empty());
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
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server
            .simulator
            .account("shop")
            .granted_scope(Some("openid offline"));
        let browser = server.browser();
        let answer = server.installation(&browser, &tenant, "shop").await;
        let page = browser.get(answer.location()).await.expect(StatusCode::OK);
        let missing = page.body.split("Missing:").nth(1).unwrap_or_default();
        let (missing, _) = missing.split_once("</ul>").unwrap_or_default();
        assert!(
            missing.contains("<b>See</b>") && missing.contains("tickets"),
            "what is missing is named: {}",
            page.body
        );
        let connection = health(&server, &tenant, "shop").await;
        assert_eq!(connection["health"], "limited");
        let missing = connection["scopes"]["missing"].to_string();
        assert!(missing.contains("tickets:read"), "{missing}");
    })
    .await;
}

/// security.md 14
#[tokio::test]
async fn without_a_refresh_token_it_stops_soon() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.simulator.account("shop").refresh_token(false);
        server.install(&tenant, "shop").await;
        assert_eq!(
            health(&server, &tenant, "shop").await["health"],
            "stopping_soon"
        );
    })
    .await;
}

/// security.md 19
#[tokio::test]
async fn an_id_token_that_cannot_be_trusted_is_refused() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        for (account, id_token) in [
            ("nonce", IdToken::WrongNonce),
            ("aud", IdToken::WrongAud),
            ("iss", IdToken::WrongIss),
            ("exp", IdToken::Expired),
            ("alg", IdToken::AlgNone),
        ] {
            server.simulator.account(account).id_token(id_token);
            let browser = server.browser();
            let answer = server.installation(&browser, &tenant, account).await;
            browser.get(answer.location()).await;
            assert_eq!(
                health(&server, &tenant, account).await["status"],
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
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let path = format!("/connections/{}/shop/token", tenant.app.slug);
        let before = server.api_get(&path, &tenant.token).await.json();
        server
            .simulator
            .account("shop")
            .token_account(Some("other"));
        server.simulator.advance(Duration::from_secs(5));
        let browser = server.browser();
        let answer = server.installation(&browser, &tenant, "shop").await;
        let page = browser.get(answer.location()).await;
        assert!(page.body.contains("shop"), "{}", page.body);
        let after = server.api_get(&path, &tenant.token).await.json();
        assert_eq!(before["access_token"], after["access_token"]);

        server.simulator.account("shop").token_account(None);
        server.install(&tenant, "shop").await;
        let swapped = server.api_get(&path, &tenant.token).await.json();
        assert_ne!(before["access_token"], swapped["access_token"]);
        assert_eq!(health(&server, &tenant, "shop").await["health"], "working");
    })
    .await;
}

/// An address without an account leads to a page that asks for it, keeps what was
/// typed, and tells those who can mend it what to enter at Gorgias. Reserved names
/// are refused here and where an authorization begins (`s70_reserved_names…`).
#[tokio::test]
async fn s70_a_missing_account_is_asked_for() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let path = format!("/oauth/{}/install", tenant.app.id);
        let browser = server.browser();
        let asked = browser.get(&path).await;
        refused(&asked);
        assert!(asked.body.contains("Which Gorgias account is it?"));
        assert!(
            asked
                .body
                .contains(&format!("action=\"http://127.0.0.1:3000{path}\""))
        );
        assert!(
            !asked.body.contains("aria-invalid=\"true\""),
            "{}",
            asked.body
        );
        assert!(!asked.body.contains("gorgias_account"), "nobody's business");
        let policy = asked.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https:"), "{policy}");

        for (typed, why) in [
            ("no.shop", "holds only letters"),
            ("docs", "no account"),
            ("www.gorgias.com", "no account"),
        ] {
            let again = browser.get(&format!("{path}?account={typed}")).await;
            refused(&again);
            assert!(
                again.body.contains(&format!("value=\"{typed}\"")),
                "{typed}"
            );
            assert!(again.body.contains("aria-invalid=\"true\""), "{typed}");
            assert!(again.body.contains(why), "{}", again.body);
        }
        let pasted = format!("{path}?account=https%3A%2F%2Fshop.gorgias.com%2Fapp");
        let begun = browser.get(&pasted).await;
        assert!(
            begun
                .location()
                .starts_with(&server.simulator.issuer("shop"))
        );

        server.tenant("other").await;
        let owner = server.signed_in("acme").await;
        let told = owner.get(&path).await;
        let template = format!("{path}?account={{gorgias_account}}");
        assert!(told.body.contains(&template), "{}", told.body);
        let stranger = server.signed_in("other").await;
        assert!(!stranger.get(&path).await.body.contains("gorgias_account"));
    })
    .await;
}

/// security.md 83: HEAD and prefetching begin nothing.
#[tokio::test]
async fn s83_a_look_at_the_install_entry_begins_nothing() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        for (method, value) in [(Method::HEAD, ""), (Method::GET, "prefetch")] {
            let request = browser.request(method, &install_path(&tenant, "shop"));
            let request = request.header("sec-purpose", value);
            let answer = browser.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.header("location"), "");
        }
        assert!(browser.cookies().is_empty());
    })
    .await;
}
