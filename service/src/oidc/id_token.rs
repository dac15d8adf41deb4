//! Checks an id_token (OpenID Connect Core 1.0, 3.1.3.7): its signature by one of
//! the provider's keys, then its claims by our own clock.

use super::{Claims, Keys};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::time::{Span, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

/// The algorithms that are accepted: asymmetric ones alone. A symmetric one could
/// be made with a key that everybody can read.
pub const ALGORITHMS: [(Algorithm, &str); 9] = [
    (Algorithm::RS256, "RS256"),
    (Algorithm::RS384, "RS384"),
    (Algorithm::RS512, "RS512"),
    (Algorithm::PS256, "PS256"),
    (Algorithm::PS384, "PS384"),
    (Algorithm::PS512, "PS512"),
    (Algorithm::ES256, "ES256"),
    (Algorithm::ES384, "ES384"),
    (Algorithm::EdDSA, "EdDSA"),
];

/// How far clocks may differ.
const LEEWAY: Span = Span::minutes(2);
/// How far `iat` may lie in the past: the token is made during this exchange.
const IAT_BEHIND: Span = Span::minutes(15);
/// The longest id_token that is read.
const LONGEST: usize = 32 * 1024;

/// What the id_token must say.
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a SecretString,
    pub now: Timestamp,
    /// The access token that came with it.
    pub access_token: Option<&'a SecretString>,
    /// The person must have shown since then that it is them.
    pub shown_since: Option<Timestamp>,
}

/// Who signed in at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Their `sub`, which the provider never gives to somebody else.
    pub subject: String,
    /// When the person last showed the provider that it is them, if it says so.
    pub shown_at: Option<Timestamp>,
    /// All claims.
    pub claims: Claims,
}

/// Why an id_token is refused. Holds no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// No JWT, or a claim of the wrong type.
    #[error("the id_token is malformed")]
    Malformed,
    /// Not signed, or in a way that isn't accepted.
    #[error("the id_token is signed in a way that isn't accepted")]
    BadAlgorithm,
    /// The signature is not of the provider's key.
    #[error("the id_token's signature is wrong")]
    BadSignature,
    /// `iss` is not the tenant's provider.
    #[error("the id_token comes from another issuer")]
    WrongIssuer,
    /// `aud` or `azp` isn't the client id.
    #[error("the id_token is meant for another client")]
    WrongAudience,
    /// `exp` has passed.
    #[error("the id_token has expired")]
    Expired,
    /// `iat` lies too far in the past or future.
    #[error("the id_token was not issued just now; compare the clocks")]
    WrongTime,
    /// `nonce` isn't the one that was sent.
    #[error("the id_token belongs to another sign-in")]
    WrongNonce,
    /// `at_hash` isn't the access token's.
    #[error("the id_token belongs to another access token")]
    WrongAccessToken,
    /// The provider didn't ask the person again, as it was told to.
    #[error("the provider didn't ask the person again")]
    NotShownAgain,
}

impl IdTokenError {
    /// The code for the audit; never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "id_token_malformed",
            Self::BadAlgorithm => "id_token_algorithm",
            Self::BadSignature => "id_token_signature",
            Self::WrongIssuer => "id_token_issuer",
            Self::WrongAudience => "id_token_audience",
            Self::Expired => "id_token_expired",
            Self::WrongTime => "id_token_time",
            Self::WrongNonce => "id_token_nonce",
            Self::WrongAccessToken => "id_token_access_token",
            Self::NotShownAgain => "id_token_auth_time",
        }
    }
}

/// How an id_token is signed, as it says itself.
pub(crate) struct Signed {
    algorithm: Algorithm,
    key_id: Option<String>,
}

impl Signed {
    /// The key that it names.
    pub fn key<'a>(&self, keys: &'a Keys) -> Option<&'a DecodingKey> {
        keys.find(self.key_id.as_deref(), self.algorithm)
    }
}

/// Reads the header.
pub(crate) fn header(raw: &SecretString) -> Result<Signed, IdTokenError> {
    let raw = raw.expose_secret();
    if raw.len() > LONGEST {
        return Err(IdTokenError::Malformed);
    }
    // An algorithm that isn't known, such as “none”, is no header to the library.
    let header = jsonwebtoken::decode_header(raw).map_err(|_| IdTokenError::BadAlgorithm)?;
    if !ALGORITHMS.iter().any(|(known, _)| *known == header.alg) {
        return Err(IdTokenError::BadAlgorithm);
    }
    // RFC 7515 4.1.11: a critical header that is not understood refuses the token.
    if header.crit.is_some() {
        return Err(IdTokenError::Malformed);
    }
    Ok(Signed {
        algorithm: header.alg,
        key_id: header.kid,
    })
}

/// Checks signature and claims.
pub(crate) fn verify(
    raw: &SecretString,
    signed: &Signed,
    keys: &Keys,
    expected: &Expected<'_>,
) -> Result<Identity, IdTokenError> {
    use IdTokenError::{
        BadSignature, Expired, Malformed, NotShownAgain, WrongAccessToken, WrongAudience,
        WrongIssuer, WrongNonce, WrongTime,
    };
    let key = signed.key(keys).ok_or(BadSignature)?;
    let mut only_signature = Validation::new(signed.algorithm);
    // The claims are checked below, by the clock that is handed in.
    only_signature.required_spec_claims.clear();
    only_signature.validate_exp = false;
    only_signature.validate_aud = false;
    let token = jsonwebtoken::decode::<Claims>(raw.expose_secret(), key, &only_signature);
    let claims = token.map_err(|_| BadSignature)?.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let instant = |name: &str| seconds(claims.get(name)?);

    if text("iss") != Some(expected.issuer) {
        return Err(WrongIssuer);
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => return Err(Malformed),
    };
    let party = claims.get("azp").map(|azp| azp.as_str());
    let for_us = audience.contains(&expected.client_id)
        && match party {
            Some(azp) => azp == Some(expected.client_id),
            None => audience.len() == 1,
        };
    if !for_us {
        return Err(WrongAudience);
    }
    let now = expected.now;
    let exp = instant("exp").ok_or(Malformed)?;
    if exp.plus(LEEWAY) <= now {
        return Err(Expired);
    }
    let iat = instant("iat").ok_or(Malformed)?;
    if iat > now.plus(LEEWAY) || iat < now.minus(IAT_BEHIND) {
        return Err(WrongTime);
    }
    let sent = expected.nonce.expose_secret();
    let nonce = text("nonce").ok_or(WrongNonce)?;
    if sent.is_empty() || !bool::from(nonce.as_bytes().ct_eq(sent.as_bytes())) {
        return Err(WrongNonce);
    }
    if let Some(at_hash) = claims.get("at_hash") {
        let own = expected
            .access_token
            .map(|token| half_hash(signed.algorithm, token));
        if own.is_none() || at_hash.as_str() != own.as_deref() {
            return Err(WrongAccessToken);
        }
    }
    // An instant in the future would count for longer than it may.
    let shown_at = instant("auth_time").map(|at| at.min(now));
    if let Some(since) = expected.shown_since
        && shown_at.is_none_or(|at| at.plus(LEEWAY) < since)
    {
        return Err(NotShownAgain);
    }
    let subject = text("sub").ok_or(Malformed)?;
    if !(1..=255).contains(&subject.len()) || !subject.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return Err(Malformed);
    }
    Ok(Identity {
        subject: subject.to_owned(),
        shown_at,
        claims,
    })
}

/// Seconds since 1970; some providers write fractions.
fn seconds(value: &Value) -> Option<Timestamp> {
    /// The year 9999: beyond it, microseconds would overflow.
    const LATEST: f64 = 253_402_300_799.0;
    let seconds = value.as_f64().filter(|s| (0.0..=LATEST).contains(s))?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is within the limits above"
    )]
    let seconds = seconds as i64;
    Some(Timestamp::from_unix_seconds(seconds))
}

/// The left half of the token's hash (3.1.3.6).
fn half_hash(algorithm: Algorithm, token: &SecretString) -> String {
    let token = token.expose_secret().as_bytes();
    let hash = match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => Sha384::digest(token).to_vec(),
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => Sha512::digest(token).to_vec(),
        _ => Sha256::digest(token).to_vec(),
    };
    let (half, _) = hash.split_at(hash.len() / 2);
    BASE64_URL_SAFE_NO_PAD.encode(half)
}
