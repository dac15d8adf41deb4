//! Digests of secrets that only have to be recognised: states, links, tokens, sessions.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// SHA-256 of a secret with full entropy. The purpose keeps digests of
/// different kinds apart.
pub fn digest(purpose: &str, secret: &SecretString) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(secret.expose_secret().as_bytes());
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purpose_and_secret_both_count() {
        let secret = SecretString::from("abc");
        assert_eq!(digest("state", &secret), digest("state", &secret));
        assert_ne!(digest("state", &secret), digest("link", &secret));
        assert_ne!(
            digest("state", &secret),
            digest("state", &SecretString::from("abd"))
        );
    }
}
