//! Makes token responses.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::behaviour::{Behaviour, ExpiresIn, IdToken, Rotation};
use crate::jwt;
use crate::state::{Access, Account, Shared};

/// The parts of a token response.
pub(crate) struct Issue<'a> {
    pub(crate) grant: u64,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) id_token: bool,
    pub(crate) refresh_token: RefreshToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshToken {
    /// For a code: if `offline` was granted.
    WithOffline,
    /// For a refresh: only if refresh tokens rotate.
    WhenRotating,
    /// In any case, for tests that skip the authorization.
    Always,
}

/// Tokens that were made without an authorization, to fill a database in tests and the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Access token.
    pub access_token: String,
    /// Refresh token.
    pub refresh_token: String,
    /// Scope, separated by spaces.
    pub scope: String,
    /// When the access token really expires, in seconds since 1970.
    pub expires_at: i64,
}

/// The JSON body of a token response; the simulator stores what it has to know later.
pub(crate) fn issue(
    shared: &Shared,
    account: &mut Account,
    subdomain: &str,
    issue: &Issue<'_>,
) -> Value {
    let now_ms = shared.clock.now_ms();
    let now = now_ms.div_euclid(1000);
    let behaviour = account.behaviour.clone();
    let lifetime = i64::try_from(behaviour.token_lifetime).unwrap_or(i64::MAX);
    let expires_at = now.saturating_add(lifetime);
    let mut body = Map::new();
    let Some(grant) = account.grants.get_mut(&issue.grant) else {
        return Value::Object(body);
    };
    let (client_id, scope) = (grant.client_id.clone(), grant.scope.clone());
    let has = |wanted: &str| scope.split_whitespace().any(|one| one == wanted);

    let with_refresh_token = match issue.refresh_token {
        RefreshToken::WithOffline => has("offline") && behaviour.refresh_token,
        RefreshToken::WhenRotating => behaviour.rotation != Rotation::Off,
        RefreshToken::Always => true,
    };
    if with_refresh_token {
        let token = grant.new_refresh_token(issue.grant, now_ms);
        body.insert("refresh_token".into(), token.into());
    }

    let issuer = shared
        .address
        .issuer(behaviour.token_account.as_deref().unwrap_or(subdomain));
    let access_token = if behaviour.opaque_access_token {
        format!("at_{}", jwt::random_text())
    } else {
        let claims = json!({
            "iss": issuer, "sub": behaviour.user.id, "aud": format!("{issuer}/api"),
            "azp": client_id, "jti": jwt::random_text(), "scope": scope,
            "iat": now, "exp": expires_at,
        });
        jwt::rs256(Some("simulator"), &claims)
    };
    if issue.id_token && has("openid") {
        let claims = IdClaims {
            issuer: shared.address.issuer(subdomain),
            other_issuer: shared.address.issuer("another-account"),
            subdomain,
            client_id: &client_id,
            nonce: issue.nonce,
            access_token: &access_token,
            now,
        };
        if let Some(token) = id_token(&behaviour, &claims) {
            body.insert("id_token".into(), token.into());
        }
    }
    match behaviour.expires_in {
        ExpiresIn::Absent => None,
        ExpiresIn::Zero => Some(json!(0)),
        ExpiresIn::Real => Some(json!(lifetime)),
        ExpiresIn::Negative => Some(json!(-3600)),
        ExpiresIn::Text => Some(json!(lifetime.to_string())),
        ExpiresIn::Huge => Some(json!(1_000_000_000_000_i64)),
    }
    .and_then(|value| body.insert("expires_in".into(), value));
    if behaviour.scope_in_response {
        body.insert("scope".into(), scope.clone().into());
    }
    if let Some(kind) = &behaviour.token_type {
        body.insert("token_type".into(), kind.clone().into());
    }
    body.insert("access_token".into(), access_token.clone().into());
    for (name, value) in &behaviour.token_members {
        body.insert(name.clone(), value.clone());
    }
    let access = Access {
        grant: issue.grant,
        scope,
        expires_at,
    };
    account.remember_access(access_token, access, now);
    Value::Object(body)
}

struct IdClaims<'a> {
    issuer: String,
    other_issuer: String,
    subdomain: &'a str,
    client_id: &'a str,
    nonce: Option<&'a str>,
    access_token: &'a str,
    now: i64,
}

fn id_token(behaviour: &Behaviour, about: &IdClaims<'_>) -> Option<String> {
    let variant = behaviour.id_token;
    let user = &behaviour.user;
    let now = about.now;
    let mut claims = json!({
        "iss": about.issuer, "sub": user.id, "aud": [about.client_id],
        "iat": now, "exp": now.saturating_add(3600), "auth_time": now,
        "at_hash": jwt::at_hash(about.access_token),
        "name": user.name, "email": user.email(about.subdomain),
    });
    if let Some(nonce) = about.nonce {
        claims["nonce"] = json!(nonce);
    }
    match variant {
        IdToken::Absent => return None,
        IdToken::Garbage => return Some("not.a-jwt".to_owned()),
        IdToken::Normal | IdToken::AlgNone => {}
        IdToken::WrongNonce => claims["nonce"] = json!(jwt::random_text()),
        IdToken::NoNonce => {
            claims.as_object_mut().map(|map| map.remove("nonce"));
        }
        IdToken::WrongAud => claims["aud"] = json!(["another-client"]),
        IdToken::TextAud => claims["aud"] = json!(about.client_id),
        IdToken::WrongIss => claims["iss"] = json!(about.other_issuer),
        IdToken::Expired => {
            claims["exp"] = json!(now.saturating_sub(86_400));
            claims["iat"] = json!(now.saturating_sub(90_000));
        }
        IdToken::TextSub => claims["sub"] = json!(user.id.to_string()),
    }
    Some(if variant == IdToken::AlgNone {
        jwt::alg_none(&claims)
    } else {
        jwt::rs256(None, &claims)
    })
}
