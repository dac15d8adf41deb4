//! The control API, as scripts and browser tests use it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{CLIENT, REDIRECT, SCOPE, World, text, world};

async fn call(world: &World, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let url = format!("{}/_control/{path}", world.simulator.base_url());
    let request = world.http.request(method, url).json(&body);
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn apps_accounts_and_log() {
    let world = world().await;
    let app = json!({"client_id": "c", "client_secret": "s", "redirect_uris": [REDIRECT],
                     "basic_encoding": "either"});
    assert_eq!(call(&world, Method::POST, "apps", app).await.0, 201);
    let (_, apps) = call(&world, Method::GET, "apps", Value::Null).await;
    assert_eq!(apps["items"].as_array().unwrap().len(), 2);
    assert!(!apps.to_string().contains("secret"));

    let patch = json!({"expires_in": "text", "rotation": {"grace": 5},
                       "faults": {"token": {"queue": [{"kind": "server_error"}]}}});
    let (status, account) = call(&world, Method::PATCH, "accounts/acme", patch).await;
    assert_eq!(status, 200);
    assert_eq!(account["behaviour"]["expires_in"], "text");
    let wrong = json!({"no_such_thing": 1});
    let (status, why) = call(&world, Method::PATCH, "accounts/acme", wrong).await;
    assert_eq!(status, 422);
    assert!(text(&why, "error").contains("no_such_thing"));
    let (status, _) = call(&world, Method::PATCH, "accounts/A.B", json!({})).await;
    assert_eq!(status, 422);

    let ask = json!({"client_id": CLIENT, "scope": SCOPE});
    let (_, granted) = call(&world, Method::POST, "accounts/acme/grants", ask).await;
    let token = text(&granted, "refresh_token");
    assert_eq!(world.refresh("acme", token).await.0, 500);
    let (status, fresh) = world.refresh("acme", token).await;
    assert_eq!(
        (status.as_u16(), &fresh["expires_in"]),
        (200, &json!("86400"))
    );

    let (_, log) = call(
        &world,
        Method::GET,
        "log?account=acme&endpoint=token",
        json!(0),
    )
    .await;
    let statuses: Vec<_> = log["items"].as_array().unwrap().iter().collect();
    assert_eq!(statuses.len(), 2);
    assert_eq!(statuses[0]["status"], 500);
    assert_eq!(statuses[1]["grant_type"], "refresh_token");
    let (status, _) = call(&world, Method::DELETE, "log", Value::Null).await;
    assert_eq!(status, 204);
    assert!(world.simulator.log().is_empty());
}

#[tokio::test]
async fn deactivate_reactivate_reset_and_hold() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    let token = acme.grant(CLIENT, SCOPE).refresh_token;
    let post = |path: &'static str, body: Value| call(&world, Method::POST, path, body);
    let (_, account) = post("accounts/acme/deactivate", json!({})).await;
    assert_eq!(account["active"], false);
    assert_eq!(account["grants"][0]["ended"], "deactivated");
    assert_eq!(world.refresh("acme", &token).await.0, 400);
    post("accounts/acme/reactivate", json!({})).await;
    assert_eq!(world.refresh("acme", &token).await.0, 400);
    let ask = json!({"refresh_token": token});
    let accepts = || call(&world, Method::POST, "accounts/acme/accepts", ask.clone());
    assert_eq!(accepts().await.1["accepted"], false);
    post("accounts/acme/reactivate?grants=true", json!({})).await;
    assert_eq!(accepts().await.1["accepted"], true);
    let before = world.simulator.refreshes_by_account()["acme"];
    let (_, fresh) = world.refresh("acme", &token).await;
    let access = text(&fresh, "access_token");
    assert!(acme.accepts_access_token(access) && !acme.accepts_access_token(&token));
    assert_eq!(world.simulator.refreshes_by_account()["acme"], before + 1);

    let fault = json!({"endpoint": "token", "always": true,
                       "fault": {"kind": "too_many_requests", "retry_after": {"seconds": 3}}});
    assert_eq!(post("accounts/acme/faults", fault).await.0, 200);
    assert_eq!(world.refresh("acme", &token).await.0, 429);
    let (_, account) = post("accounts/acme/reset", json!({})).await;
    assert_eq!(account["behaviour"]["faults"], json!({}));
    let hold = json!({"endpoint": "token"});
    let (_, account) = post("accounts/acme/hold", hold.clone()).await;
    assert_eq!(account["held"], json!(["token"]));
    let (_, account) = post("accounts/acme/release", hold).await;
    assert_eq!(account["held"], json!([]));
    assert_eq!(world.refresh("acme", &token).await.0, 200);
    let (_, one) = call(&world, Method::GET, "accounts/nobody", Value::Null).await;
    assert!(text(&one, "error").contains("nobody"));
}

#[tokio::test]
async fn defaults_everywhere_and_clock() {
    let world = world().await;
    let patch = json!({"expires_in": "real"});
    let (status, _) = call(&world, Method::PATCH, "defaults", patch).await;
    assert_eq!(status, 200);
    let body = world.connect("fresh").await;
    assert_eq!(body["expires_in"], 86_400);
    let all = json!({"endpoint": "token", "fault": {"kind": "html"}});
    let (status, _) = call(&world, Method::POST, "everywhere", all).await;
    assert_eq!(status, 204);
    let code = world.code("fresh");
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let basic = (CLIENT, crate::support::SECRET);
    let page = world.post("fresh", "/oauth/token", basic, &form).await;
    assert!(page.text().await.unwrap().starts_with("<!doctype"));
    let heal = json!({"endpoint": "token", "fault": null});
    call(&world, Method::POST, "everywhere", heal).await;
    call(&world, Method::POST, "clock", json!({"freeze": 1000})).await;
    let moved = json!({"advance_seconds": 61});
    let (_, clock) = call(&world, Method::POST, "clock", moved).await;
    assert_eq!(clock["now"], 1061);
    let (_, health) = call(&world, Method::GET, "health", Value::Null).await;
    assert_eq!(health["url_template"], world.simulator.url_template());
}
