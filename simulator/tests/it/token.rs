//! `/oauth/token`, `/oauth/revoke` and the API: the happy path and every check.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use simulator::{App, BasicEncoding, Endpoint};

use crate::support::{CLIENT, REDIRECT, SCOPE, SECRET, jwt, text, world};

#[tokio::test]
async fn a_code_becomes_tokens_as_gorgias_makes_them() {
    let world = world().await;
    let issuer = world.simulator.issuer("acme");
    let body = world.connect("acme").await;
    assert_eq!(body["expires_in"], 0);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], SCOPE);
    let access = text(&body, "access_token");
    let (header, claims) = jwt(access);
    assert_eq!(header["alg"], "RS256");
    assert!(header["kid"].is_string());
    assert_eq!(claims["iss"], issuer);
    assert_eq!(claims["aud"], format!("{issuer}/api"));
    assert_eq!(claims["azp"], CLIENT);
    assert!(claims["sub"].is_u64());
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, 86_400);
    let (header, claims) = jwt(text(&body, "id_token"));
    assert_eq!(header, json!({"alg": "RS256"}));
    assert_eq!(claims["iss"], issuer);
    assert_eq!(claims["aud"], json!([CLIENT]));
    assert!(claims["sub"].is_u64());
    assert_eq!(claims["nonce"], "n0nce");
    assert_eq!(claims["name"], "Ann Lee");
    assert_eq!(claims["email"], "ann@acme.example");
    assert!(claims["at_hash"].is_string() && claims["auth_time"].is_i64());

    let account = world.api("acme", "/api/account", access).await;
    assert!(account.headers()["x-gorgias-account-api-call-limit"] == "1/80");
    let account: serde_json::Value = account.json().await.unwrap();
    assert_eq!(account["domain"], "acme");
    assert_eq!(account["status"]["status"], "active");
    let user = world.api("acme", "/api/users/0", access).await;
    let user: serde_json::Value = user.json().await.unwrap();
    assert_eq!(user["name"], "Ann Lee");
    assert_eq!(user["role"]["name"], "admin");
}

#[tokio::test]
async fn a_refresh_brings_no_new_refresh_token() {
    let world = world().await;
    let body = world.connect("acme").await;
    let refresh_token = text(&body, "refresh_token");
    for _ in 0..2 {
        let (status, fresh) = world.refresh("acme", refresh_token).await;
        assert_eq!(status, 200);
        assert!(fresh.get("refresh_token").is_none());
        assert!(fresh.get("id_token").is_none());
        assert_eq!(fresh["scope"], SCOPE);
        assert_ne!(fresh["access_token"], body["access_token"]);
    }
    let log = world.simulator.refreshes("acme");
    assert_eq!(log.len(), 2);
    assert_eq!(log[0].client_id.as_deref(), Some(CLIENT));
    assert_eq!(log[0].status, Some(200));
    assert_eq!(log[0].parameter("refresh_token"), Some(refresh_token));
    assert_eq!(world.simulator.token_requests("acme").len(), 3);
    assert!(world.simulator.token_requests("other").is_empty());
}

#[tokio::test]
async fn a_code_is_good_once_and_reuse_ends_its_grant() {
    let world = world().await;
    let code = world.code("acme");
    let (_, body) = world.exchange("acme", &code).await;
    let (status, again) = world.exchange("acme", &code).await;
    assert_eq!((status, &again["error"]), invalid_grant());
    let (status, body) = world.refresh("acme", text(&body, "refresh_token")).await;
    assert_eq!((status, &body["error"]), invalid_grant());
}

fn invalid_grant() -> (StatusCode, &'static serde_json::Value) {
    static ERROR: std::sync::LazyLock<serde_json::Value> =
        std::sync::LazyLock::new(|| json!("invalid_grant"));
    (StatusCode::BAD_REQUEST, &ERROR)
}

#[tokio::test]
async fn a_code_is_bound_to_client_redirect_uri_account_and_time() {
    let world = world().await;
    let other = "http://127.0.0.1:3000/oauth/app-2/callback";
    world.simulator.register_app("client-2", "two", &[other]);
    let code = world.code("acme");
    let form = |redirect_uri| {
        [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect_uri),
        ]
    };
    let (status, body) = world.token("acme", &form(other)).await;
    assert_eq!((status, &body["error"]), invalid_grant());
    let foreign = ("client-2", "two");
    let answer = world
        .post("acme", "/oauth/token", foreign, &form(REDIRECT))
        .await;
    assert_eq!(answer.status(), 400);
    let (status, body) = world.exchange("other", &code).await;
    assert_eq!((status, &body["error"]), invalid_grant());
    world.simulator.advance(Duration::from_secs(61));
    let (status, body) = world.exchange("acme", &code).await;
    assert_eq!((status, &body["error"]), invalid_grant());
    assert!(text(&body, "error_description").contains("expired"));
    world.simulator.code_lifetime(Duration::from_secs(120));
    assert_eq!(world.exchange("acme", &code).await.0, 200);
}

#[tokio::test]
async fn a_refresh_token_is_bound_to_client_and_account() {
    let world = world().await;
    world.simulator.register_app("client-2", "two", &[REDIRECT]);
    let body = world.connect("acme").await;
    let token = text(&body, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let answer = world
        .post("acme", "/oauth/token", ("client-2", "two"), &form)
        .await;
    assert_eq!(answer.status(), 400);
    assert_eq!(world.refresh("other", token).await.0, 400);
    assert_eq!(world.refresh("acme", "rt_1_guessed").await.0, 400);
    assert_eq!(world.refresh("acme", token).await.0, 200);
}

#[tokio::test]
async fn wrong_or_missing_credentials_are_invalid_client() {
    let world = world().await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for basic in [(CLIENT, "wrong"), ("nobody", SECRET)] {
        let answer = world.post("acme", "/oauth/token", basic, &form).await;
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(body["error"], "invalid_client");
    }
    let in_body = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    let url = world.url("acme", "/oauth/token");
    let answer = world.http.post(&url).form(&in_body).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let log = world.simulator.token_requests("acme");
    assert_eq!(log[2].error.as_deref(), Some("invalid_client"));
    assert!(!format!("{log:?}").contains(SECRET));
}

#[tokio::test]
async fn the_encoding_of_basic_can_be_demanded() {
    let world = world().await;
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for (demanded, raw, form_encoded) in [
        (BasicEncoding::Raw, 400, 401),
        (BasicEncoding::Form, 401, 400),
        (BasicEncoding::Either, 400, 400),
    ] {
        world.simulator.register(App {
            client_id: CLIENT.into(),
            client_secret: SECRET.into(),
            redirect_uris: vec![],
            install_url: None,
            basic_encoding: demanded,
        });
        for (secret, status) in [(SECRET, raw), (encoded.as_str(), form_encoded)] {
            let answer = world
                .post("acme", "/oauth/token", (CLIENT, secret), &form)
                .await;
            assert_eq!(answer.status(), status, "{demanded:?} {secret}");
        }
    }
}

#[tokio::test]
async fn a_rotated_secret_refuses_the_old_one() {
    let world = world().await;
    let body = world.connect("acme").await;
    let token = text(&body, "refresh_token");
    assert!(world.simulator.rotate_secret(CLIENT, "new"));
    assert!(!world.simulator.rotate_secret("nobody", "new"));
    let (status, body) = world.refresh("acme", token).await;
    assert_eq!(
        (status.as_u16(), text(&body, "error")),
        (401, "invalid_client")
    );
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let answer = world
        .post("acme", "/oauth/token", (CLIENT, "new"), &form)
        .await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn malformed_token_requests_are_refused() {
    let world = world().await;
    for (form, error) in [
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("refresh_token", "a"),
                ("refresh_token", "b"),
            ],
            "invalid_request",
        ),
        (
            vec![("grant_type", "authorization_code"), ("code", "a")],
            "invalid_request",
        ),
    ] {
        let (status, body) = world.token("acme", &form).await;
        assert_eq!((status.as_u16(), text(&body, "error")), (400, error));
    }
    let answer = world
        .http
        .post(world.url("acme", "/oauth/token"))
        .basic_auth(CLIENT, Some(SECRET))
        .json(&json!({"grant_type": "refresh_token"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn deactivation_ends_refreshing_but_not_the_access_token() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let body = world.connect("acme").await;
    let (access, token) = (text(&body, "access_token"), text(&body, "refresh_token"));
    world.simulator.deactivate("acme");
    let (status, refused) = world.refresh("acme", token).await;
    assert_eq!((status, &refused["error"]), invalid_grant());
    let alive = world.api("acme", "/api/users/0", access).await;
    assert_eq!(alive.status(), 200);
    world.simulator.advance(Duration::from_secs(86_401));
    let expired = world.api("acme", "/api/users/0", access).await;
    assert_eq!(expired.status(), 401);

    world.simulator.reactivate("acme");
    assert_eq!(world.refresh("acme", token).await.0, 400);
    let again = world.connect("acme").await;
    let fresh = text(&again, "refresh_token");
    assert_eq!(world.refresh("acme", fresh).await.0, 200);
    acme.deactivate_app(CLIENT);
    assert_eq!(world.refresh("acme", fresh).await.0, 400);
    acme.reactivate_with_grants();
    assert_eq!(world.refresh("acme", token).await.0, 200);
}

#[tokio::test]
async fn a_code_from_before_the_deactivation_is_refused() {
    let world = world().await;
    let code = world.code("acme");
    world.simulator.deactivate("acme");
    let (status, body) = world.exchange("acme", &code).await;
    assert_eq!((status, &body["error"]), invalid_grant());
}

#[tokio::test]
async fn revoking_ends_the_grant() {
    let world = world().await;
    let body = world.connect("acme").await;
    let token = text(&body, "refresh_token");
    let revoke = |secret| {
        let form = [("token", token)];
        let world = &world;
        async move {
            let basic = (CLIENT, secret);
            world.post("acme", "/oauth/revoke", basic, &form).await
        }
    };
    assert_eq!(revoke("wrong").await.status(), 401);
    assert_eq!(world.refresh("acme", token).await.0, 200);
    for _ in 0..2 {
        let answer = revoke(SECRET).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), "{}");
    }
    assert_eq!(world.refresh("acme", token).await.0, 400);
    assert_eq!(world.simulator.requests("acme", Endpoint::Revoke).len(), 3);
}

#[tokio::test]
async fn the_api_checks_token_scope_account_and_rate() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let narrow = acme.grant(CLIENT, "openid").access_token;
    let status = world.api("acme", "/api/account", &narrow).await.status();
    assert_eq!(status, 403);
    let status = world.api("other", "/api/users/0", &narrow).await.status();
    assert_eq!(status, 401);
    acme.change(|to| to.api_rate_limit = Some(2));
    let status = world.api("acme", "/api/users/0", &narrow).await.status();
    assert_eq!(status, 200);
    let limited = world.api("acme", "/api/users/0", &narrow).await;
    assert_eq!(limited.status(), 429);
    let wait: u64 = limited.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=20).contains(&wait));
    world.simulator.advance(Duration::from_secs(21));
    let status = world.api("acme", "/api/users/0", &narrow).await.status();
    assert_eq!(status, 200);
}
