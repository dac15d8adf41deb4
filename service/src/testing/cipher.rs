//! The vault's cipher alone, for measurements.

use crate::{
    encryption::{
        Purpose, VaultError,
        seal::{FORMAT, Key},
    },
    host::random::SystemRandom,
    tenancy::credentials::credential_context,
};
use domain::ids::{DataKeyId, TenantId};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// Seals a secret and opens it again, as for a row but without the row.
pub struct Cipher {
    key: Key,
    tenant: TenantId,
    owner: Uuid,
    data_key: DataKeyId,
}

impl Cipher {
    /// A cipher with a new key.
    pub fn new() -> Self {
        Self {
            key: Key::generate(&SystemRandom),
            tenant: TenantId(Uuid::from_u128(1)),
            owner: Uuid::from_u128(2),
            data_key: DataKeyId(Uuid::from_u128(3)),
        }
    }

    /// Seals a secret and opens it again.
    ///
    /// # Errors
    /// Never, or the vault is broken.
    pub fn there_and_back(&self, secret: &SecretString) -> Result<SecretString, VaultError> {
        let purpose = Purpose::ConnectionAccessToken;
        let unreadable = VaultError::Unreadable {
            owner: self.owner,
            purpose,
        };
        let context = || {
            credential_context(
                self.tenant,
                purpose.code(),
                self.owner,
                self.data_key,
                FORMAT,
            )
        };
        let sealed = self
            .key
            .seal(&SystemRandom, &context(), secret.expose_secret().as_bytes())
            .map_err(|_| VaultError::NotSealed)?;
        self.key
            .open_text(&context(), &sealed.nonce, &sealed.ciphertext)
            .map_err(|_| unreadable)
    }
}

impl Default for Cipher {
    fn default() -> Self {
        Self::new()
    }
}
