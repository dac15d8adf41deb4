//! The provider's answers.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Form, Json,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha512};

use super::{
    CLIENT_ID, CLIENT_SECRET, Shared,
    keys::{public, sign},
};
use crate::jwt::random_text;

fn over(usual: Value, change: &Map<String, Value>) -> Map<String, Value> {
    let mut all = match usual {
        Value::Object(all) => all,
        _ => Map::new(),
    };
    for (name, value) in change {
        match value {
            Value::Null => all.remove(name),
            value => all.insert(name.clone(), value.clone()),
        };
    }
    all
}

pub(super) async fn describe(State(state): State<Arc<Shared>>, uri: Uri) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let base = &state.base;
    let usual = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/auth"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        "code_challenge_methods_supported": ["S256"],
    });
    Json(over(usual, &state.inner().ways.described)).into_response()
}

pub(super) async fn keys(State(state): State<Arc<Shared>>, uri: Uri) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let inner = state.inner();
    let keys = inner.keys.iter();
    let keys: Vec<_> = keys
        .filter_map(|(name, key, alg)| public(name, key, *alg))
        .collect();
    // One that nobody here can use, as real providers have.
    let mut keys: Vec<_> = keys.into_iter().map(|key| json!(key)).collect();
    keys.push(json!({"kty": "oct", "k": "AAAA", "kid": "shared"}));
    keys.push(json!({"kty": "new-kind", "kid": "later"}));
    Json(json!({ "keys": keys })).into_response()
}

fn refused(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}

pub(super) async fn token(
    State(state): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let value = |name: &str| form.get(name).cloned().unwrap_or_default();
    let basic = BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let header = headers
        .get("authorization")
        .and_then(|header| header.to_str().ok());
    let known = header == Some(&format!("Basic {basic}"))
        || (value("client_id") == CLIENT_ID && value("client_secret") == CLIENT_SECRET);
    if !known {
        return refused("invalid_client");
    }
    let mut inner = state.inner();
    let Some(given) = inner.codes.remove(&value("code")) else {
        return refused("invalid_grant");
    };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
    let fits = challenge == given.challenge && value("redirect_uri") == given.redirect_uri;
    if !fits && !inner.ways.careless {
        return refused("invalid_grant");
    }
    let access_token = format!("canary-at-provider-{}", random_text());
    let now = state.clock.now();
    // Core 3.1.3.6: by the hash of the signature, which for Ed25519 is SHA-512.
    let hash = match inner.keys.last() {
        Some((_, _, Algorithm::EdDSA)) => Sha512::digest(&access_token).to_vec(),
        _ => Sha256::digest(&access_token).to_vec(),
    };
    let (half, _) = hash.split_at(hash.len() / 2);
    let mut usual = json!({
        "iss": state.base,
        "aud": CLIENT_ID,
        "exp": now + 300,
        "iat": now,
        "nonce": given.nonce,
        "at_hash": BASE64_URL_SAFE_NO_PAD.encode(half),
    });
    if given.asked_again {
        usual["auth_time"] = json!(now);
    }
    let mut claims = over(usual, &inner.ways.claims);
    claims.retain(|name, _| !inner.ways.only_in_userinfo.contains(&name.as_str()));
    let Some(id_token) = sign(&inner, &claims) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": 300,
        "id_token": id_token,
    });
    Json(answer).into_response()
}

pub(super) async fn userinfo(
    State(state): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let bearer = headers
        .get("authorization")
        .and_then(|header| header.to_str().ok());
    if !bearer.is_some_and(|header| header.starts_with("Bearer canary-at-provider-")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let inner = state.inner();
    let claims = Value::Object(over(json!({}), &inner.ways.claims));
    Json(over(claims, &inner.ways.userinfo)).into_response()
}
