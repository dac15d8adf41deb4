//! Reads a token that may be a JWT (RFC 7519), without trusting it.

use crate::lenient::Lenient;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// The longest token that is read, in bytes: the limit of an answer.
pub const LONGEST: usize = 64 * 1024;

/// What an access token says about itself. Its signature can't be checked
/// (Gorgias publishes no keys), so the claims can only limit trust: they say
/// when the token expires, and whether it names another account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// `exp`, seconds since 1970.
    pub exp: Option<i64>,
    /// `iss`.
    pub iss: Option<String>,
}

/// Reads an access token's claims; `None` if it is no JWT at all.
pub fn peek(token: &str) -> Option<Claims> {
    #[derive(Deserialize)]
    struct Payload {
        #[serde(default)]
        exp: Lenient,
        #[serde(default)]
        iss: Lenient,
    }
    let [header, payload, _] = parts(token)?;
    decode::<serde::de::IgnoredAny>(header)?;
    let payload: Payload = decode(payload)?;
    Some(Claims {
        exp: payload.exp.seconds(),
        iss: payload.iss.text().map(str::to_owned),
    })
}

/// The three parts of a JWS in compact form (RFC 7515 7.1); the last may be empty.
pub(crate) fn parts(token: &str) -> Option<[&str; 3]> {
    if token.len() > LONGEST {
        return None;
    }
    let mut parts = token.split('.');
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

/// The JSON object in a part. Padding is accepted, though RFC 7515 2 forbids it.
pub(crate) fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    let bytes = Zeroizing::new(
        BASE64_URL_SAFE_NO_PAD
            .decode(part.trim_end_matches('='))
            .ok()?,
    );
    object(&bytes).ok()
}

/// Parses a JSON object; unlike serde, takes no array for a struct.
pub(crate) fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, NoObject> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(NoObject);
    }
    serde_json::from_slice(json).map_err(|_| NoObject)
}

/// Not a JSON object with these members. Carries no serde error, since those
/// quote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoObject;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn jwt(header: &str, payload: &str) -> String {
        let b = |t: &str| BASE64_URL_SAFE_NO_PAD.encode(t);
        format!("{}.{}.c2ln", b(header), b(payload))
    }

    #[test]
    fn reads_what_gorgias_has_been_seen_to_send() {
        let token = jwt(
            r#"{"alg":"RS256","kid":"1"}"#,
            r#"{"iss":"https://acme.gorgias.com","sub":7,"aud":"x","exp":1795953900}"#,
        );
        let claims = peek(&token).unwrap();
        assert_eq!(claims.exp, Some(1_795_953_900));
        assert_eq!(claims.iss.as_deref(), Some("https://acme.gorgias.com"));
    }

    #[test]
    fn opaque_and_odd_tokens_tell_nothing() {
        let deep = jwt("{}", &"[".repeat(9_000));
        let deep_member = jwt("{}", &format!("{{\"exp\":{}", "[".repeat(9_000)));
        let long = jwt(
            "{}",
            &format!("{{\"exp\":1,\"x\":\"{}\"}}", "y".repeat(LONGEST)),
        );
        for odd in [
            "",
            "opaque",
            "a.b",
            "a.b.c",
            "a.b.c.d",
            "..",
            &deep,
            &deep_member,
            &long,
            &jwt("[]", "{}"),
            &jwt("{}", "[1,\"iss\"]"),
            &jwt("{}", "null"),
        ] {
            assert_eq!(peek(odd), None, "{odd:.40}");
        }
        let strange = peek(&jwt("{}", r#"{"exp":[1],"iss":7}"#)).unwrap();
        assert_eq!(strange, Claims::default());
    }

    #[test]
    fn depth_that_closes_is_skipped() {
        let n = 5_000;
        let payload = format!("{{\"x\":{}{},\"exp\":5}}", "[".repeat(n), "]".repeat(n));
        assert_eq!(peek(&jwt("{}", &payload)).unwrap().exp, Some(5));
    }

    proptest! {
        #[test]
        fn no_text_panics(token in "\\PC{0,200}", payload in "\\PC{0,200}") {
            let _ = peek(&token);
            let claims = peek(&jwt("{}", &payload));
            let object = payload.trim_start().as_bytes().first() == Some(&b'{');
            prop_assert!(claims.is_none() || object);
        }
    }
}
