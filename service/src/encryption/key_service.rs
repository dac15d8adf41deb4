//! Wrapping of data keys: one trait for the master keys of the settings and for
//! key services elsewhere.

use super::seal::{FORMAT, KEY_LENGTH, context};
use crate::host::random::Random;
use async_trait::async_trait;
use domain::ids::{DataKeyId, TenantId};
use zeroize::Zeroizing;

/// The bytes of a data key, wiped when dropped.
pub type DataKeyBytes = Zeroizing<[u8; KEY_LENGTH]>;

/// Wraps and unwraps data keys. Called only when a data key is made,
/// re-wrapped, or first needed by this process; never for a single secret.
#[async_trait]
pub trait KeyService: Send + Sync {
    /// The names of its keys, as in `data_keys`; the one that wraps comes
    /// first. Names with a colon are those of services outside of this process.
    fn ids(&self) -> Vec<String>;

    /// Whether it has the key of that name.
    fn has(&self, id: &str) -> bool {
        self.ids().iter().any(|known| known == id)
    }

    /// Whether a call goes to a service outside of this process.
    fn is_remote(&self) -> bool {
        false
    }

    /// Checks that it wraps, unwraps, and keeps keys bound to their owners.
    /// Gives the version that wraps now, if its keys have versions.
    ///
    /// # Errors
    /// What is wrong, with the remedy.
    async fn prove(&self, random: &dyn Random) -> Result<Option<u32>, KeyServiceError>;

    /// Wraps a data key with the first of its keys.
    ///
    /// # Errors
    /// What is wrong, with the remedy.
    async fn wrap(
        &self,
        random: &dyn Random,
        owner: &KeyOwner,
        key: &DataKeyBytes,
    ) -> Result<Wrapped, KeyServiceError>;

    /// Unwraps a key that [`KeyService::wrap`] wrapped for the same owner.
    ///
    /// # Errors
    /// [`KeyServiceError::NotOpened`], or what is wrong, with the remedy.
    async fn unwrap(
        &self,
        owner: &KeyOwner,
        wrapped: &Wrapped,
    ) -> Result<DataKeyBytes, KeyServiceError>;
}

/// The owner that a wrapped data key is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOwner {
    /// The tenant; `None` for the installation's own key.
    pub tenant: Option<TenantId>,
    /// The data key.
    pub data_key: DataKeyId,
}

impl KeyOwner {
    /// The associated data of the wrapping: the owner, the data key, and the
    /// name of the key that wraps.
    pub fn associated_data(&self, wrapping_key: &str) -> Vec<u8> {
        let owner = match &self.tenant {
            Some(tenant) => tenant.0.as_bytes().as_slice(),
            None => b"installation",
        };
        context(&[
            b"mooring.data_key",
            owner,
            self.data_key.0.as_bytes(),
            wrapping_key.as_bytes(),
            &FORMAT.to_be_bytes(),
        ])
    }
}

/// A wrapped data key as in `data_keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The name of the key that wraps it.
    pub key_id: String,
    /// The nonce; empty if it is part of the ciphertext.
    pub nonce: Vec<u8>,
    /// The ciphertext.
    pub ciphertext: Vec<u8>,
}

impl Wrapped {
    /// The version of a key service's key that wraps it; key services write it
    /// in front, `vault:v3:…`. Master keys of the settings have no versions.
    pub fn version(&self) -> Option<u32> {
        if !self.key_id.contains(':') {
            return None;
        }
        let text = std::str::from_utf8(&self.ciphertext).ok()?;
        let (version, _) = text.strip_prefix("vault:v")?.split_once(':')?;
        version.parse().ok().filter(|version| *version > 0)
    }
}

/// A data key could not be wrapped or unwrapped. Never holds a token, a key, or
/// the service's answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyServiceError {
    /// The key doesn't open it: one of the two was changed.
    #[error("it doesn't open")]
    NotOpened,
    /// The service could not be asked, or failed.
    #[error("the key service {service} {trouble}")]
    Trouble {
        /// Its address, without anything secret.
        service: String,
        /// What is wrong, with the remedy.
        trouble: Trouble,
    },
}

/// What is wrong with a key service. Each message gives the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The service can't be reached.
    #[error(
        "can't be reached; see that it runs, that MOORING_KEY_SERVICE_URL is right and that this machine may connect there"
    )]
    Unreachable,
    /// No answer in time.
    #[error("did not answer within {0} seconds; see whether it is overloaded or blocked")]
    Timeout(u64),
    /// TLS was not set up.
    #[error(
        "has no certificate that this machine trusts; name its certificate authority in MOORING_KEY_SERVICE_CA_FILE, and check the host's name in MOORING_KEY_SERVICE_URL"
    )]
    Tls,
    /// The service is sealed: status 503.
    #[error("is sealed or down for maintenance (status 503); unseal it")]
    Sealed,
    /// Too many requests, a standby, or an error of its own.
    #[error("answered with status {0}; its log says more")]
    Status(u16),
    /// The token is missing.
    #[error(
        "can't be asked: the token can't be read, is empty or has odd letters; look at the file that MOORING_KEY_SERVICE_TOKEN_FILE names"
    )]
    Token,
    /// The service denied it: status 403.
    #[error(
        "denied it (status 403): the token has ended, or its policy lacks “update” on the paths encrypt and decrypt of the key that MOORING_KEY_SERVICE_KEY names; make a new token, change the policy, or correct the name"
    )]
    Denied,
    /// There is nothing at the path: status 404.
    #[error(
        "has nothing there (status 404): no transit engine is mounted where MOORING_KEY_SERVICE_KEY says, or MOORING_KEY_SERVICE_NAMESPACE is wrong"
    )]
    NoMount,
    /// There is no key of that name.
    #[error(
        "has no such key; correct MOORING_KEY_SERVICE_KEY, or bring the key back from the service's backup if it was there before; for a new installation, make it with `vault write -f transit/keys/NAME`"
    )]
    NoKey,
    /// The key's type doesn't support associated data.
    #[error(
        "has a key there that can't bind data keys to their owners; the key has to be of the type aes256-gcm96, without derivation"
    )]
    KeyType,
    /// The service opens a key for another owner.
    #[error(
        "does not check associated data, so that data keys could be swapped; use Vault 1.13 or OpenBao, or newer"
    )]
    NotBound,
    /// The version is older than the oldest that may decrypt.
    #[error(
        "no longer decrypts with the version that wraps this data key; lower min_decryption_version, then run `mooring keys rotate`"
    )]
    TooOld,
    /// The service answered with a redirect.
    #[error(
        "answered with a redirect, which is not followed; give the address of the active node or of a load balancer in MOORING_KEY_SERVICE_URL"
    )]
    Redirect,
    /// Any other answer that no transit engine gives.
    #[error(
        "gave an answer that is none of a transit engine; check MOORING_KEY_SERVICE_URL and MOORING_KEY_SERVICE_KEY"
    )]
    Nonsense,
}

impl Trouble {
    /// Whether it is likely to pass by itself.
    pub const fn passes(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Timeout(_) | Self::Tls | Self::Sealed | Self::Status(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_key_services_alone() {
        let of = |key: &str, text: &str| {
            Wrapped {
                key_id: key.into(),
                nonce: Vec::new(),
                ciphertext: text.into(),
            }
            .version()
        };
        assert_eq!(of("transit:transit/mooring", "vault:v12:AAAA"), Some(12));
        for bad in ["vault:v0:AA", "vault:vx:AA", "vault:v1", "v1:AA", ""] {
            assert_eq!(of("transit:transit/mooring", bad), None, "{bad}");
        }
        assert_eq!(of("key-1", "vault:v1:AA"), None);
    }
}
