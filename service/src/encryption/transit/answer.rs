//! Answers of a transit engine.

use super::client::Failed;
use crate::encryption::{
    key_service::{DataKeyBytes, Trouble},
    seal::KEY_LENGTH,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::StatusCode;
use serde::Deserialize;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// Much more than a wrapped key of 32 bytes needs.
const LONGEST: usize = 1_000;

#[derive(Deserialize)]
struct Success<T> {
    data: T,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted<'a> {
    #[serde(borrow)]
    plaintext: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<String>,
}

/// The ciphertext of an answer to `encrypt`.
pub(super) fn ciphertext(body: &[u8]) -> Result<String, Failed> {
    serde_json::from_slice::<Success<Encrypted>>(body)
        .ok()
        .map(|answer| answer.data.ciphertext)
        .filter(|text| is_ciphertext(text))
        .ok_or(Failed::Trouble(Trouble::Nonsense))
}

/// The data key of an answer to `decrypt`.
pub(super) fn plaintext(body: &[u8]) -> Result<DataKeyBytes, Failed> {
    let nonsense = Failed::Trouble(Trouble::Nonsense);
    let answer: Success<Decrypted> = serde_json::from_slice(body).map_err(|_| nonsense)?;
    // Also wiped if it was not borrowed from the body.
    let text = match answer.data.plaintext {
        Cow::Borrowed(text) => Zeroizing::new(text.to_owned()),
        Cow::Owned(text) => Zeroizing::new(text),
    };
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(&*text).map_err(|_| nonsense)?);
    // A key of another length is none that Mooring wrapped.
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    if bytes.len() != KEY_LENGTH {
        return Err(Failed::NotOpened);
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

/// Whether a text is a ciphertext of a transit engine: `vault:v3:…` in base64.
pub(super) fn is_ciphertext(text: &str) -> bool {
    let Some((version, rest)) = text
        .strip_prefix("vault:v")
        .and_then(|rest| rest.split_once(':'))
    else {
        return false;
    };
    let number = version.parse::<u32>().is_ok_and(|version| version > 0);
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    number && text.len() <= LONGEST && !rest.is_empty() && rest.bytes().all(base64)
}

/// Sorts an answer that is no success. Its text is read, never kept.
pub(super) fn refusal(status: StatusCode, body: &[u8]) -> Failed {
    let trouble = match status.as_u16() {
        400 => return bad_request(body),
        300..=399 => Trouble::Redirect,
        401 | 403 => Trouble::Denied,
        404 => Trouble::NoMount,
        503 => Trouble::Sealed,
        code @ (412 | 429 | 472 | 473 | 500..=599) => Trouble::Status(code),
        _ => Trouble::Nonsense,
    };
    trouble.into()
}

fn bad_request(body: &[u8]) -> Failed {
    let text = serde_json::from_slice::<Errors>(body)
        .map(|answer| answer.errors.join("\n"))
        .unwrap_or_default();
    let says = |words: &str| text.contains(words);
    if says("message authentication failed") || says("invalid ciphertext") {
        Failed::NotOpened
    } else if says("encryption key not found") || says("policy not found") {
        Trouble::NoKey.into()
    } else if says("too old") {
        Trouble::TooOld.into()
    } else if says("non-AEAD") || says("missing 'context'") || says("not supported") {
        Trouble::KeyType.into()
    } else {
        Trouble::Nonsense.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ciphertexts_of_a_transit_engine_pass() {
        assert!(is_ciphertext("vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQ=="));
        assert!(is_ciphertext("vault:v4294967295:AA/+"));
        for bad in [
            "",
            "vault:v1:",
            "vault:v0:AAAA",
            "vault:v-1:AAAA",
            "vault:v1:AA AA",
            "vault:v1:AA\"}",
            "v1:AAAA",
            "\0\0",
        ] {
            assert!(!is_ciphertext(bad), "{bad}");
        }
        assert!(!is_ciphertext(&format!("vault:v1:{}", "A".repeat(LONGEST))));
    }

    #[test]
    fn a_plaintext_is_a_key_of_32_bytes_or_nothing() {
        let body = |text: &str| format!(r#"{{"data":{{"plaintext":"{text}"}},"auth":null}}"#);
        let good = BASE64_STANDARD.encode([7; 32]);
        assert_eq!(
            plaintext(body(&good).as_bytes()).map(|k| *k),
            Ok([7_u8; 32])
        );
        let escaped = body(&good.replace('B', "\\u0042"));
        assert_eq!(plaintext(escaped.as_bytes()).map(|k| *k), Ok([7; 32]));
        for short in ["", "AAAA", &BASE64_STANDARD.encode([7; 33])] {
            let found = plaintext(body(short).as_bytes());
            assert_eq!(found, Err(Failed::NotOpened), "{short}");
        }
        for bad in [body("!"), "{}".into(), "[]".into(), "<html>".into()] {
            let found = plaintext(bad.as_bytes());
            assert_eq!(found, Err(Failed::Trouble(Trouble::Nonsense)), "{bad}");
        }
    }
}
