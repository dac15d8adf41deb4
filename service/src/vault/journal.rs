//! The key of the journal: the installation's own data key. It belongs to no
//! tenant and is never removed, so that an old journal can always be read.

use super::{
    Vault,
    data_keys::{DataKey, ENCRYPTIONS_PER_KEY, active, lock_all, named},
};
use crate::{
    core::{error::InternalError, services::Services},
    encryption::{
        VaultError,
        seal::{FORMAT, Key, context},
    },
    host::random::Random,
};
use domain::ids::{ConnectionId, DataKeyId, TenantId};
use std::sync::{Arc, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// The purpose of the journal's entries; part of their encryption, so it never changes.
const PURPOSE: &str = "journal.grant";

/// How many encryptions are counted in memory before they are written to the database.
const COUNTED_TOGETHER: i64 = 1_000;

/// Where an entry belongs. It is in plain text but authenticated: if it is
/// changed, the entry doesn't open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    pub tenant: TenantId,
    pub connection: ConnectionId,
    /// The `token_version` whose refresh token brought the answer.
    pub version: i64,
}

/// A key that can seal answers while the database is not available.
#[derive(Clone)]
pub(crate) struct JournalKey {
    id: DataKeyId,
    key: Arc<Key>,
}

impl JournalKey {
    /// The key's id.
    pub fn id(&self) -> DataKeyId {
        self.id
    }

    /// The key itself, for deriving others.
    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// Gives nonce and ciphertext.
    pub fn seal(
        &self,
        random: &dyn Random,
        bound: &Bound,
        plain: &[u8],
    ) -> Result<([u8; 12], Vec<u8>), VaultError> {
        let sealed = self
            .key
            .seal(random, &self.context(bound), plain)
            .map_err(|_| VaultError::NotSealed)?;
        Ok((sealed.nonce, sealed.ciphertext))
    }

    /// Opens what was sealed with the same `bound`.
    pub fn open(
        &self,
        bound: &Bound,
        nonce: &[u8],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.key.open(&self.context(bound), nonce, ciphertext).ok()
    }

    fn context(&self, bound: &Bound) -> Vec<u8> {
        context(&[
            bound.tenant.0.as_bytes(),
            PURPOSE.as_bytes(),
            bound.connection.0.as_bytes(),
            self.id.0.as_bytes(),
            &FORMAT.to_be_bytes(),
            &bound.version.to_be_bytes(),
        ])
    }

    #[cfg(test)]
    pub fn for_tests(id: DataKeyId) -> Self {
        let key = Key::generate(&crate::host::random::SystemRandom);
        // Equal ids give equal keys.
        let key = Key::from_bytes(&[id.0.as_bytes()[15]; 32]).unwrap_or(key);
        Self {
            id,
            key: Arc::new(key),
        }
    }
}

impl From<DataKey> for JournalKey {
    fn from(DataKey { id, key }: DataKey) -> Self {
        Self { id, key }
    }
}

impl Vault {
    /// The present key for sealing answers. Get it before Gorgias is asked,
    /// while the database answers; later calls find it in memory. Each call
    /// counts as an encryption.
    pub(crate) async fn journal_key(
        &self,
        services: &Services,
    ) -> Result<JournalKey, InternalError> {
        let held = self.held().clone();
        if let Some(key) = held
            && self.count_later(key.id) < COUNTED_TOGETHER
        {
            return Ok(key);
        }
        // Loaded into memory before the transaction: a key service may be slow.
        if let Some(row) = active(services.db.read(), None).await? {
            self.unwrap(&row).await?;
        }
        let tx = services.db.begin_write().await?;
        let key = match active(&tx, None).await? {
            Some(row) => self.unwrap(&row).await?,
            None => {
                lock_all(services, &tx).await?;
                match active(&tx, None).await? {
                    Some(row) => self.unwrap(&row).await?,
                    None => self.create(services, &tx, None).await?,
                }
            }
        };
        self.count(&tx, key.id, 0).await?;
        tx.commit().await?;
        let key = JournalKey::from(key);
        *self.held() = Some(key.clone());
        Ok(key)
    }

    /// The key that an entry names; `None` if there is no such key, or it doesn't open.
    pub(crate) async fn journal_key_named(
        &self,
        services: &Services,
        id: DataKeyId,
    ) -> Result<Option<JournalKey>, InternalError> {
        let row = named(services.db.read(), None, id).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        match self.unwrap(&row).await {
            Ok(key) => Ok(Some(key.into())),
            // The state of the entry is unknown then.
            Err(error @ (VaultError::Database(_) | VaultError::KeyService { .. })) => {
                Err(error.into())
            }
            Err(error) => {
                tracing::error!(%error, "The key of an entry of the journal doesn't open");
                Ok(None)
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<JournalKey>> {
        let held = self.0.journal.lock();
        held.unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one encryption, which a later transaction writes; gives how many
    /// wait for that.
    fn count_later(&self, id: DataKeyId) -> i64 {
        let mut uncounted = self.uncounted();
        let count = uncounted.entry(id).or_default();
        *count += 1;
        *count
    }
}

// A process that dies loses a count of less than this many.
const _: () = assert!(COUNTED_TOGETHER * 1_000 < ENCRYPTIONS_PER_KEY);

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
