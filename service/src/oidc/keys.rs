//! A provider's keys (RFC 7517).

use super::id_token::ALGORITHMS;
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// More keys than that are never looked at.
const MOST: usize = 100;

/// Public keys that can have signed an id_token.
pub(crate) struct Keys(Vec<Key>);

struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, if it says so.
    algorithm: Option<Algorithm>,
    family: Family,
    key: DecodingKey,
}

/// The algorithms that a key can verify.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl Family {
    fn verifies(self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa => matches!(algorithm.family(), AlgorithmFamily::Rsa),
            Self::P256 => matches!(algorithm, Algorithm::ES256),
            Self::P384 => matches!(algorithm, Algorithm::ES384),
            Self::Ed25519 => matches!(algorithm, Algorithm::EdDSA),
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Keys {
    /// Reads a set. Keys of other kinds are left out, since a provider may have
    /// more of them, secret ones in particular.
    pub fn read(body: &[u8]) -> Option<Self> {
        let set: Set = serde_json::from_slice(body).ok()?;
        let keys = set.keys.into_iter().take(MOST).filter_map(key);
        Some(Self(keys.collect()))
    }

    /// The key that an id_token names; without a name, the only one that fits.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let mut fit = self.0.iter().filter(|key| {
            let named = id.is_none_or(|id| key.id.as_deref() == Some(id));
            let meant = key.algorithm.is_none_or(|own| own == algorithm);
            named && meant && key.family.verifies(algorithm)
        });
        let first = fit.next()?;
        fit.next().is_none().then_some(&first.key)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The algorithms that they can verify, in words.
    pub fn algorithms(&self) -> String {
        let names = ALGORITHMS.iter().filter(|(algorithm, _)| {
            let fits = |key: &Key| {
                key.algorithm.is_none_or(|own| own == *algorithm) && key.family.verifies(*algorithm)
            };
            self.0.iter().any(fits)
        });
        let names: BTreeSet<_> = names.map(|(_, name)| *name).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}

fn key(value: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    if matches!(jwk.common.public_key_use, Some(ref used) if *used != PublicKeyUse::Signature) {
        return None;
    }
    let family = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Family::Rsa,
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => Family::P256,
            EllipticCurve::P384 => Family::P384,
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            Family::Ed25519
        }
        _ => return None,
    };
    let algorithm = match jwk.common.key_algorithm {
        Some(own) => Some(own.to_string().parse().ok()?),
        None => None,
    };
    Some(Key {
        id: jwk.common.key_id.clone(),
        algorithm,
        family,
        key: DecodingKey::from_jwk(&jwk).ok()?,
    })
}
