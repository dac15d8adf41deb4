//! Hashes of recovery codes. A code has 60 random bits, which is less than a plain
//! digest may have (OWASP ASVS 5.0 6.5.2), so it is hashed as a password is. All codes
//! that are made together have one salt: what somebody types is hashed once.

use crate::{core::error::InternalError, people::password};
use secrecy::SecretString;
use subtle::ConstantTimeEq;

/// Length of a salt, in bytes.
pub(super) const SALT_LENGTH: usize = 16;

/// The hashes of codes under a salt, in their order.
pub(super) async fn hash_all(
    salt: &[u8],
    codes: Vec<SecretString>,
) -> Result<Vec<Vec<u8>>, InternalError> {
    password::raw_hashes(salt.to_vec(), codes).await
}

/// The one of these hashes that the code has. All are compared, each in constant time.
pub(super) async fn find(
    salt: &[u8],
    hashes: Vec<Vec<u8>>,
    code: SecretString,
) -> Result<Option<Vec<u8>>, InternalError> {
    let Some(given) = hash_all(salt, vec![code]).await?.pop() else {
        return Ok(None);
    };
    Ok(hashes.into_iter().fold(None, |found, hash| {
        if bool::from(hash.ct_eq(&given)) {
            Some(hash)
        } else {
            found
        }
    }))
}
