//! Exchanges a code, and asks for more about a person.

use super::{Claims, Metadata, ProviderError};
use domain::basic_encoding::BasicEncoding;
use gorgias::{ClientCredentials, Outbound, Unavailable};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

/// What a tenant is to its provider.
pub(crate) struct Client<'a> {
    pub id: &'a str,
    pub secret: &'a SecretString,
    pub redirect_uri: &'a str,
}

/// What came for a code.
pub(crate) struct Tokens {
    pub id_token: SecretString,
    pub access_token: Option<SecretString>,
}

/// No tokens came for a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// No useful answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The provider refused (RFC 6749 5.2). One of a fixed list of codes.
    #[error("the provider refused the code ({0})")]
    Refused(&'static str),
}

#[derive(Deserialize)]
struct Answer {
    id_token: Option<SecretString>,
    access_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The codes of RFC 6749 5.2 that are named to people. No other text of a
/// provider reaches a page or the log.
const REFUSALS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

const TOKENS: &str = "the tokens";
const USERINFO: &str = "the facts about the person";

/// Exchanges a code (OpenID Connect Core 1.0, 3.1.3; RFC 7636 4.5).
pub(super) async fn exchange(
    outbound: &Outbound,
    metadata: &Metadata,
    client: &Client<'_>,
    code: &SecretString,
    verifier: &SecretString,
) -> Result<Tokens, ExchangeError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("redirect_uri", client.redirect_uri),
        ("code_verifier", verifier.expose_secret()),
    ];
    let credentials = ClientCredentials {
        client_id: client.id.to_owned(),
        client_secret: client.secret.clone(),
        encoding: BasicEncoding::Form,
    };
    let mut header = Some(&credentials);
    if metadata.secret_in_form {
        header = None;
        form.push(("client_id", client.id));
        form.push(("client_secret", client.secret.expose_secret()));
    }
    let url = &metadata.token_endpoint;
    let answer = outbound.post_form(url, header, &form).await;
    let answer = answer.map_err(|why| unavailable(TOKENS, why))?;
    if !(200..300).contains(&answer.status) {
        let refusal: Option<Refusal> = serde_json::from_slice(&answer.body).ok();
        let known = |error: &str| REFUSALS.into_iter().find(|code| *code == error);
        return Err(match refusal.and_then(|refusal| known(&refusal.error)) {
            Some(code) => ExchangeError::Refused(code),
            None => unavailable(TOKENS, Unavailable::Status(answer.status)).into(),
        });
    }
    let tokens: Answer = serde_json::from_slice(&answer.body)
        .map_err(|_| unavailable(TOKENS, Unavailable::NotJson))?;
    let id_token = tokens
        .id_token
        .ok_or(ProviderError::Unfit("it sent no id_token"))?;
    Ok(Tokens {
        id_token,
        access_token: tokens.access_token,
    })
}

/// More claims about a person (5.3); they must be about the same one (5.3.4).
pub(super) async fn userinfo(
    outbound: &Outbound,
    metadata: &Metadata,
    access_token: &SecretString,
    subject: &str,
) -> Result<Claims, ProviderError> {
    let Some(url) = &metadata.userinfo_endpoint else {
        return Ok(Claims::new());
    };
    let answer = outbound.get(url, Some(access_token)).await;
    let answer = answer.map_err(|why| unavailable(USERINFO, why))?;
    if answer.status != 200 {
        return Err(unavailable(USERINFO, Unavailable::Status(answer.status)));
    }
    let claims: Claims = serde_json::from_slice(&answer.body)
        .map_err(|_| unavailable(USERINFO, Unavailable::NotJson))?;
    if claims.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(ProviderError::Unfit("it answered about another person"));
    }
    Ok(claims)
}

pub(super) const fn unavailable(what: &'static str, why: Unavailable) -> ProviderError {
    ProviderError::Unavailable { what, why }
}
