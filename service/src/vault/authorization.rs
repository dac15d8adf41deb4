//! Keys for the facts of authorizations, which customers' browsers keep.
//!
//! Anybody may begin an authorization, so these encryptions can't be counted
//! like those of data keys. Instead, each state has a key of its own, derived
//! (HKDF, RFC 5869) from the installation's data key with the state as salt. No
//! key seals twice as long as states don't repeat. The cookie is useless
//! without the state, and the state without the cookie.

use super::{
    Vault,
    data_keys::{DataKey, active, named},
};
use crate::{
    core::{error::InternalError, services::Services},
    encryption::{
        VaultError,
        seal::{KEY_LENGTH, Key, context},
    },
    entity::data_key,
    host::random::Random,
};
use domain::{
    ids::DataKeyId,
    time::{Span, Timestamp},
};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::sync::{MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The purpose of these keys; part of their derivation and of the encryption.
const PURPOSE: &[u8] = b"mooring.authorization";

/// How long this process uses a data key before it looks for a newer one.
const LOOKED_FOR_EVERY: Span = Span::minutes(1);

/// How long cookies under a data key can be opened after a newer one exists:
/// the life of a state, plus the time until every process knows the newer one.
const OPENS_AFTER: Span = Span::minutes(15);

/// The installation's data key in memory, and when it was last looked up.
pub(super) type Held = Option<(Timestamp, DataKey)>;

/// The key of one authorization.
pub(crate) struct AuthorizationKey {
    id: DataKeyId,
    key: Key,
}

impl AuthorizationKey {
    fn derive(data_key: &DataKey, state: &SecretString) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        let salt = state.expose_secret().as_bytes();
        Hkdf::<Sha256>::new(Some(salt), data_key.key.bytes().as_slice())
            .expand(PURPOSE, bytes.as_mut())
            // It is as long as a digest, so this can't fail.
            .map_err(|_| VaultError::NotSealed)?;
        Ok(Self {
            id: data_key.id,
            key: Key::new(bytes),
        })
    }

    /// The id of the data key that it was derived from.
    pub fn id(&self) -> DataKeyId {
        self.id
    }

    /// Gives nonce and ciphertext, joined.
    pub fn seal(
        &self,
        random: &dyn Random,
        bound: &[&[u8]],
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let sealed = self
            .key
            .seal(random, &self.context(bound), plain)
            .map_err(|_| VaultError::NotSealed)?;
        let mut joined = sealed.nonce.to_vec();
        joined.extend_from_slice(&sealed.ciphertext);
        Ok(joined)
    }

    /// Opens what was sealed with the same `bound`.
    pub fn open(&self, bound: &[&[u8]], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_at_checked(12)?;
        self.key.open(&self.context(bound), nonce, ciphertext).ok()
    }

    fn context(&self, bound: &[&[u8]]) -> Vec<u8> {
        let mut parts = vec![PURPOSE, self.id.0.as_bytes()];
        parts.extend_from_slice(bound);
        context(&parts)
    }
}

impl Vault {
    /// The key for sealing the facts of a new state. Usually from memory.
    pub(crate) async fn authorization_key(
        &self,
        services: &Services,
        state: &SecretString,
    ) -> Result<AuthorizationKey, InternalError> {
        let now = services.now();
        if let Some((at, key)) = &*self.authorizations()
            && (Span(0)..LOOKED_FOR_EVERY).contains(&now.since(*at))
        {
            return Ok(AuthorizationKey::derive(key, state)?);
        }
        let row = match active(services.db.read(), None).await? {
            Some(row) => row,
            None => {
                // Makes a data key.
                self.journal_key(services).await?;
                let made = active(services.db.read(), None).await?;
                made.ok_or_else(|| InternalError::inconsistent("data_keys", "tenant_id", "none"))?
            }
        };
        let data_key = self.unwrap(&row).await?;
        let key = AuthorizationKey::derive(&data_key, state)?;
        *self.authorizations() = Some((now, data_key));
        Ok(key)
    }

    /// The key of a state under the data key that a cookie names. `None` if
    /// there is no such data key, if a newer one replaced it long ago, or if it
    /// doesn't open.
    pub(crate) async fn authorization_key_named(
        &self,
        services: &Services,
        id: DataKeyId,
        state: &SecretString,
    ) -> Result<Option<AuthorizationKey>, InternalError> {
        let row = named(services.db.read(), None, id).await?;
        let now = services.expiry_now();
        let opens = |row: &data_key::Model| {
            let retired = row.retired_at;
            retired.is_none_or(|at| now.since(at) < OPENS_AFTER)
        };
        let Some(row) = row.filter(opens) else {
            return Ok(None);
        };
        match self.unwrap(&row).await {
            Ok(key) => Ok(Some(AuthorizationKey::derive(&key, state)?)),
            // Whether it opens is unknown then.
            Err(error @ (VaultError::Database(_) | VaultError::KeyService { .. })) => {
                Err(error.into())
            }
            Err(error) => {
                tracing::error!(%error, "The data key of an authorization doesn't open");
                Ok(None)
            }
        }
    }

    fn authorizations(&self) -> MutexGuard<'_, Held> {
        let held = self.0.authorizations.lock();
        held.unwrap_or_else(PoisonError::into_inner)
    }
}
