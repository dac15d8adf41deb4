//! Checks an id_token (OpenID Connect Core 1.0, 3.1.3.7).
//!
//! The signature is not checked: Gorgias publishes neither discovery nor keys
//! on an account's host, and the token comes over TLS straight from the token
//! endpoint; point 6 accepts this in place of the signature. So an id_token
//! must never be taken from anywhere else. `azp` is ignored, as the errata to
//! points 4 and 5 say for clients without extensions.

use crate::{jwt, lenient::Lenient};
use domain::time::{Span, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// How far `exp` may lie in the past, for clocks that differ.
const LEEWAY: Span = Span::minutes(2);
/// How far `iat` may lie in the future: our clock may be ten minutes slow.
const IAT_AHEAD: Span = Span::minutes(15);
/// How far `iat` may lie in the past: the token is made during this exchange.
const IAT_BEHIND: Span = Span::hours(24);

/// What the id_token must say.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// The filled template without a trailing slash.
    pub issuer: &'a str,
    /// The client id of the app that asked.
    pub client_id: &'a str,
    /// The nonce sent with the authorization request.
    pub nonce: &'a SecretString,
    /// The present instant.
    pub now: Timestamp,
}

/// The person who approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user at Gorgias; an integer is written in decimal.
    pub subject: String,
    /// The name, without control characters, at most 200 characters.
    pub name: Option<String>,
    /// The mail address, without control characters, at most 320 characters.
    pub email: Option<String>,
}

/// Why an id_token is refused. Holds no part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// No JWT, or a claim of the wrong type.
    #[error("the id_token is malformed")]
    Malformed,
    /// `alg` is `none`, or there is no signature.
    #[error("the id_token is not signed")]
    Unsigned,
    /// `iss` is not the account's.
    #[error("the id_token comes from another issuer")]
    WrongIssuer,
    /// `aud` doesn't hold the client id.
    #[error("the id_token is meant for another app")]
    WrongAudience,
    /// `exp` has passed.
    #[error("the id_token has expired")]
    Expired,
    /// `iat` lies too far in the past or future.
    #[error("the id_token was not issued just now")]
    WrongTime,
    /// `nonce` isn't the one that was sent.
    #[error("the id_token belongs to another authorization")]
    WrongNonce,
}

impl IdTokenError {
    /// The code for events and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "id_token_malformed",
            Self::Unsigned => "id_token_unsigned",
            Self::WrongIssuer => "id_token_issuer",
            Self::WrongAudience => "id_token_audience",
            Self::Expired => "id_token_expired",
            Self::WrongTime => "id_token_time",
            Self::WrongNonce => "id_token_nonce",
        }
    }
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    alg: Lenient,
    #[serde(default)]
    crit: Lenient,
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
    aud: Audience,
    #[serde(default)]
    sub: Lenient,
    #[serde(default)]
    exp: Lenient,
    #[serde(default)]
    iat: Lenient,
    #[serde(default)]
    nonce: Lenient,
    #[serde(default)]
    name: Lenient,
    #[serde(default)]
    email: Lenient,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Checks the id_token that came with a code.
///
/// # Errors
/// The first check that fails.
pub fn verify(raw: &SecretString, expected: &Expected<'_>) -> Result<Identity, IdTokenError> {
    use IdTokenError::{
        Expired, Malformed, Unsigned, WrongAudience, WrongIssuer, WrongNonce, WrongTime,
    };
    let [header, payload, signature] = jwt::parts(raw.expose_secret()).ok_or(Malformed)?;
    let header: Header = jwt::decode(header).ok_or(Malformed)?;
    let alg = header.alg.text().ok_or(Malformed)?;
    if alg.eq_ignore_ascii_case("none") || signature.is_empty() {
        return Err(Unsigned);
    }
    // RFC 7515 4.1.11: a critical header that is not understood refuses the token.
    if !matches!(header.crit, Lenient::Absent) {
        return Err(Malformed);
    }
    let payload: Payload = jwt::decode(payload).ok_or(Malformed)?;
    if payload.iss != expected.issuer {
        return Err(WrongIssuer);
    }
    let for_us = match &payload.aud {
        Audience::One(one) => one == expected.client_id,
        Audience::Many(many) => many.iter().any(|one| one == expected.client_id),
    };
    if !for_us {
        return Err(WrongAudience);
    }
    let exp = Timestamp::from_unix_seconds(payload.exp.seconds().ok_or(Malformed)?);
    if exp.plus(LEEWAY) <= expected.now {
        return Err(Expired);
    }
    if !matches!(payload.iat, Lenient::Absent) {
        let iat = Timestamp::from_unix_seconds(payload.iat.seconds().ok_or(Malformed)?);
        let recent = iat <= expected.now.plus(IAT_AHEAD)
            && iat >= expected.now.minus(IAT_BEHIND)
            && iat <= exp;
        if !recent {
            return Err(WrongTime);
        }
    }
    let nonce = payload.nonce.text().ok_or(WrongNonce)?;
    let sent = expected.nonce.expose_secret();
    if sent.is_empty() || !bool::from(nonce.as_bytes().ct_eq(sent.as_bytes())) {
        return Err(WrongNonce);
    }
    Ok(Identity {
        subject: subject(&payload.sub).ok_or(Malformed)?,
        name: readable(&payload.name, 200),
        email: readable(&payload.email, 320),
    })
}

/// OpenID Connect wants text of at most 255 ASCII characters; Gorgias sometimes
/// sends an integer.
fn subject(sub: &Lenient) -> Option<String> {
    match sub {
        Lenient::Int(n) => Some(n.to_string()),
        _ => sub
            .text()
            .filter(|t| (1..=255).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic()))
            .map(str::to_owned),
    }
}

fn readable(claim: &Lenient, longest: usize) -> Option<String> {
    let text: String = claim
        .text()?
        .chars()
        .filter(|c| !c.is_control())
        .take(longest)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    const NOW: i64 = 1_795_867_500;

    fn claims() -> Value {
        json!({
            "iss": "https://acme.gorgias.com", "aud": ["app-1"], "sub": 42, "nonce": "n-1",
            "iat": NOW, "exp": NOW + 3_600, "name": "Ann Lee", "email": "ann@acme.example",
            "auth_time": NOW, "at_hash": "x",
        })
    }

    fn check(header: &Value, claims: &Value, signature: &str) -> Result<Identity, IdTokenError> {
        let b = |v: &Value| BASE64_URL_SAFE_NO_PAD.encode(v.to_string());
        verify(
            &SecretString::from(format!("{}.{}.{signature}", b(header), b(claims))),
            &Expected {
                issuer: "https://acme.gorgias.com",
                client_id: "app-1",
                nonce: &SecretString::from("n-1"),
                now: Timestamp::from_unix_seconds(NOW),
            },
        )
    }

    fn with(name: &str, value: Value) -> Result<Identity, IdTokenError> {
        let mut claims = claims();
        claims[name] = value;
        check(&json!({"alg": "RS256"}), &claims, "c2ln")
    }

    fn without(name: &str) -> Result<Identity, IdTokenError> {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        check(&json!({"alg": "RS256"}), &claims, "c2ln")
    }

    #[test]
    fn a_token_as_gorgias_makes_it_passes() {
        let who = with("sub", json!(42)).unwrap();
        assert_eq!(who.subject, "42");
        assert_eq!(who.name.as_deref(), Some("Ann Lee"));
        assert_eq!(who.email.as_deref(), Some("ann@acme.example"));
        assert_eq!(with("sub", json!("u-42")).unwrap().subject, "u-42");
        assert_eq!(
            with("sub", json!(u64::MAX)).unwrap().subject,
            u64::MAX.to_string()
        );
        for ok in [
            with("aud", json!("app-1")),
            with("aud", json!(["other", "app-1"])),
            with("azp", json!("other")),
            with("exp", json!(NOW)),
            with("iat", json!(NOW + 600)),
            without("iat"),
            without("name"),
            with("email", json!(7)),
        ] {
            assert_eq!(ok.unwrap().subject, "42");
        }
    }

    /// security.md 19
    #[test]
    fn every_wrong_claim_is_refused() {
        use IdTokenError::*;
        for (result, why) in [
            (with("nonce", json!("n-2")), WrongNonce),
            (with("nonce", json!("")), WrongNonce),
            (with("nonce", json!(1)), WrongNonce),
            (without("nonce"), WrongNonce),
            (with("aud", json!("app-10")), WrongAudience),
            (with("aud", json!([])), WrongAudience),
            (with("aud", json!([7])), Malformed),
            (without("aud"), Malformed),
            (with("iss", json!("https://evil.gorgias.com")), WrongIssuer),
            (with("iss", json!("https://acme.gorgias.com/")), WrongIssuer),
            (without("iss"), Malformed),
            (with("exp", json!(NOW - 121)), Expired),
            (with("exp", json!("never")), Malformed),
            (without("exp"), Malformed),
            (with("iat", json!(NOW + 3_000)), WrongTime),
            (with("iat", json!(NOW - 90_000)), WrongTime),
            (with("iat", json!("x")), Malformed),
            (with("sub", json!("")), Malformed),
            (with("sub", json!(1.5)), Malformed),
            (with("sub", json!({"a": 1})), Malformed),
            (without("sub"), Malformed),
        ] {
            assert_eq!(result, Err(why));
        }
    }

    /// security.md 19
    #[test]
    fn unsigned_and_odd_headers_are_refused() {
        let c = claims();
        for (header, signature, why) in [
            (json!({"alg": "none"}), "", IdTokenError::Unsigned),
            (json!({"alg": "nOnE"}), "c2ln", IdTokenError::Unsigned),
            (json!({"alg": "RS256"}), "", IdTokenError::Unsigned),
            (json!({}), "c2ln", IdTokenError::Malformed),
            (json!({"alg": 1}), "c2ln", IdTokenError::Malformed),
            (
                json!({"alg": "RS256", "crit": ["b64"]}),
                "c2ln",
                IdTokenError::Malformed,
            ),
            (json!(["RS256"]), "c2ln", IdTokenError::Malformed),
        ] {
            assert_eq!(check(&header, &c, signature), Err(why), "{header}");
        }
    }

    #[test]
    fn clocks_may_differ_a_little() {
        let mut claims = claims();
        claims["iat"] = json!(NOW - 3_600);
        claims["exp"] = json!(NOW - 119);
        assert!(check(&json!({"alg": "RS256"}), &claims, "c2ln").is_ok());
        claims["iat"] = json!(NOW);
        let backwards = check(&json!({"alg": "RS256"}), &claims, "c2ln");
        assert_eq!(backwards, Err(IdTokenError::WrongTime));
    }

    #[test]
    fn names_lose_control_characters_and_excess() {
        let who = with("name", json!(format!("A\r\nnn\u{0}{}", "x".repeat(500)))).unwrap();
        let name = who.name.unwrap();
        assert!(name.starts_with("Annx") && name.chars().count() == 200);
        assert_eq!(with("name", json!("\n")).unwrap().name, None);
    }
}
