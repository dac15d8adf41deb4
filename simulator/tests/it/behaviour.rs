//! Everything that can be chosen for an account.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{ExpiresIn, IdToken, Rotation};

use crate::support::{CLIENT, SCOPE, jwt, parameter, text, world};

#[tokio::test]
async fn expires_in_and_lifetime() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.token_lifetime(1000);
    for (chosen, seen) in [
        (ExpiresIn::Zero, json!(0)),
        (ExpiresIn::Absent, Value::Null),
        (ExpiresIn::Real, json!(1000)),
        (ExpiresIn::Negative, json!(-3600)),
        (ExpiresIn::Text, json!("1000")),
        (ExpiresIn::Huge, json!(1_000_000_000_000_i64)),
    ] {
        acme.expires_in(chosen);
        let body = world.connect("acme").await;
        assert_eq!(body["expires_in"], seen);
        let (_, claims) = jwt(text(&body, "access_token"));
        let (iat, exp) = (&claims["iat"], &claims["exp"]);
        assert_eq!(exp.as_i64().unwrap() - iat.as_i64().unwrap(), 1000);
    }
}

#[tokio::test]
async fn id_token_variants() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.id_token(IdToken::Absent);
    assert!(world.connect("acme").await.get("id_token").is_none());
    let mut seen = Vec::new();
    for variant in [
        IdToken::WrongNonce,
        IdToken::NoNonce,
        IdToken::WrongAud,
        IdToken::TextAud,
        IdToken::WrongIss,
        IdToken::Expired,
        IdToken::AlgNone,
        IdToken::TextSub,
    ] {
        acme.id_token(variant);
        let body = world.connect("acme").await;
        let token = text(&body, "id_token").to_owned();
        let (header, claims) = jwt(&token);
        seen.push((token, header, claims));
    }
    assert!(seen[0].2["nonce"].is_string() && seen[0].2["nonce"] != "n0nce");
    assert!(seen[1].2.get("nonce").is_none());
    assert_eq!(seen[2].2["aud"], json!(["another-client"]));
    assert_eq!(seen[3].2["aud"], CLIENT);
    assert_ne!(seen[4].2["iss"], acme.issuer());
    assert!(seen[5].2["exp"].as_i64().unwrap() < world.simulator.now());
    assert_eq!(seen[6].1["alg"], "none");
    assert!(seen[6].0.ends_with('.'));
    assert_eq!(seen[7].2["sub"], "42");
    acme.id_token(IdToken::Garbage);
    assert_eq!(world.connect("acme").await["id_token"], "not.a-jwt");
}

#[tokio::test]
async fn scope_refresh_token_type_and_issuer() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.granted_scope(Some("openid write:all offline"));
    assert_eq!(
        world.connect("acme").await["scope"],
        "openid write:all offline"
    );
    acme.granted_scope(Some("tickets:read"));
    let narrow = world.connect("acme").await;
    assert_eq!(narrow["scope"], "tickets:read");
    assert!(narrow.get("refresh_token").is_none() && narrow.get("id_token").is_none());
    acme.granted_scope(None).refresh_token(false);
    let without = world.connect("acme").await;
    assert_eq!(without["scope"], SCOPE);
    assert!(without.get("refresh_token").is_none());
    acme.refresh_token(true).token_type(Some("mac"));
    assert_eq!(world.connect("acme").await["token_type"], "mac");
    acme.token_type(None);
    assert!(world.connect("acme").await.get("token_type").is_none());
    acme.token_account(Some("evil"));
    let body = world.connect("acme").await;
    let (_, claims) = jwt(text(&body, "access_token"));
    assert_eq!(claims["iss"], world.simulator.issuer("evil"));
    acme.account_domain(Some("evil"));
    let account = world.api("acme", "/api/account", text(&body, "access_token"));
    let account: Value = account.await.json().await.unwrap();
    assert_eq!(account["domain"], "evil");
    acme.opaque_access_token(true);
    let body = world.connect("acme").await;
    assert!(!text(&body, "access_token").contains('.'));
    acme.user_name("Bo Ek", "bo@ek.example");
    let body = world.connect("acme").await;
    let (_, claims) = jwt(text(&body, "id_token"));
    assert_eq!(claims["email"], "bo@ek.example");
}

#[tokio::test]
async fn rotating_refresh_tokens() {
    let world = world().await;
    let acme = world.simulator.account("acme");
    acme.rotation(Rotation::On);
    let first = text(&world.connect("acme").await, "refresh_token").to_owned();
    let (_, body) = world.refresh("acme", &first).await;
    let second = text(&body, "refresh_token").to_owned();
    assert_ne!(first, second);
    assert_eq!(world.refresh("acme", &first).await.0, 400);
    let (status, body) = world.refresh("acme", &second).await;
    assert_eq!(status, 200, "without family kill the grant goes on");

    acme.rotation(Rotation::Grace(30));
    let third = text(&body, "refresh_token").to_owned();
    assert_eq!(world.refresh("acme", &third).await.0, 200);
    world.simulator.advance(Duration::from_secs(20));
    let (status, body) = world.refresh("acme", &third).await;
    assert_eq!(status, 200, "still within the grace period");
    world.simulator.advance(Duration::from_secs(20));
    assert_eq!(world.refresh("acme", &third).await.0, 400);

    acme.rotation(Rotation::FamilyKill);
    let last = text(&body, "refresh_token").to_owned();
    let (_, body) = world.refresh("acme", &last).await;
    assert_eq!(world.refresh("acme", &last).await.0, 400);
    let newest = text(&body, "refresh_token");
    let (status, _) = world.refresh("acme", newest).await;
    assert_eq!(status, 400, "reuse ended the whole family");
}

#[tokio::test]
async fn pkce_is_checked_only_where_wanted() {
    let world = world().await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let pkce = [
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    let url = world.authorize_url_with("acme", &pkce);
    let code = || parameter(&world.simulator.approve(&url).unwrap(), "code").unwrap();
    assert_eq!(world.exchange("acme", &code()).await.0, 200);
    let acme = world.simulator.account("acme");
    acme.change(|to| to.check_pkce = true);
    assert_eq!(world.exchange("acme", &code()).await.0, 400);
    for (verifier, status) in [("wrong", 400), (verifier, 200)] {
        let code = code();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", crate::support::REDIRECT),
            ("code_verifier", verifier),
        ];
        assert_eq!(world.token("acme", &form).await.0, status);
    }
}

#[tokio::test]
async fn a_new_approval_may_end_the_old_one() {
    let world = world().await;
    let old = world.connect("acme").await;
    let old = text(&old, "refresh_token");
    world.connect("acme").await;
    assert_eq!(world.refresh("acme", old).await.0, 200);
    let acme = world.simulator.account("acme");
    acme.change(|to| to.reauthorization_revokes = true);
    let new = world.connect("acme").await;
    assert_eq!(world.refresh("acme", old).await.0, 400);
    let (status, _) = world.refresh("acme", text(&new, "refresh_token")).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn time_can_be_set_and_stopped() {
    let world = world().await;
    world.simulator.freeze_time(1_700_000_000);
    let granted = world.simulator.account("acme").grant(CLIENT, SCOPE);
    assert_eq!(granted.expires_at, 1_700_086_400);
    world.simulator.advance(Duration::from_secs(5));
    assert_eq!(world.simulator.now(), 1_700_000_005);
    let (status, body) = world.refresh("acme", &granted.refresh_token).await;
    assert_eq!(status, 200);
    let (_, claims) = jwt(text(&body, "access_token"));
    assert_eq!(claims["iat"], 1_700_000_005);
    assert_eq!(world.simulator.refreshes("acme")[0].at, 1_700_000_005_000);
}
