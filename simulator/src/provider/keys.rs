//! The provider's keys, and what it signs with them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Map, Value, json};

use super::{CLIENT_SECRET, Inner, Signing};

#[expect(clippy::expect_used, reason = "only tests come here")]
pub(super) fn new(algorithm: Algorithm) -> EncodingKey {
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rand::SystemRandom,
        rsa::KeySize,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
    };
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::ES256 => {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
            EncodingKey::from_ec_der(made.expect("a key").as_ref())
        }
        Algorithm::EdDSA => {
            let made = Ed25519KeyPair::generate_pkcs8v1(&random);
            EncodingKey::from_ed_der(made.expect("a key").as_ref())
        }
        _ => {
            let made = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
            let der: Pkcs8V1Der<'_> = made.as_der().expect("its form");
            EncodingKey::from_rsa_der(pkcs1(der.as_ref()))
        }
    }
}

/// The RSA key within PKCS #8 (RFC 5958): what follows the header of the last octet string.
fn pkcs1(pkcs8: &[u8]) -> &[u8] {
    // version and algorithm of rsaEncryption take 22 bytes after the outer header.
    pkcs8.get(26..).unwrap_or_default()
}

pub(super) fn public(name: &str, key: &EncodingKey, algorithm: Algorithm) -> Option<Jwk> {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).ok()?;
    jwk.common.key_id = Some(name.to_owned());
    Some(jwk)
}

pub(super) fn sign(inner: &Inner, claims: &Map<String, Value>) -> Option<String> {
    let (name, key, algorithm) = inner.keys.last()?;
    let named = |algorithm| Header {
        kid: Some(name.clone()),
        ..Header::new(algorithm)
    };
    let by = |header: &Header, key: &EncodingKey| jsonwebtoken::encode(header, claims, key).ok();
    match inner.ways.signing {
        Signing::Proper => by(&named(*algorithm), key),
        Signing::Unsigned => {
            let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            let header = part(json!({"alg": "none", "kid": name}));
            Some(format!("{header}.{}.", part(json!(claims))))
        }
        Signing::PublicKeyAsSecret => {
            let public = json!(public(name, key, *algorithm)?).to_string();
            by(
                &named(Algorithm::HS256),
                &EncodingKey::from_secret(public.as_bytes()).ok()?,
            )
        }
        Signing::ClientSecret => {
            let secret = EncodingKey::from_secret(CLIENT_SECRET.as_bytes()).ok()?;
            by(&named(Algorithm::HS256), &secret)
        }
        Signing::StrangeKey => by(&named(*algorithm), &new(*algorithm)),
        Signing::Changed => {
            let whole = by(&named(*algorithm), key)?;
            let (rest, signature) = whole.rsplit_once('.')?;
            let first = if signature.starts_with('A') { 'B' } else { 'A' };
            Some(format!("{rest}.{first}{}", signature.get(1..)?))
        }
    }
}
