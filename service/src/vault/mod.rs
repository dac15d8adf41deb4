//! Keeps secrets sealed: a master key, of the settings or of a key service, wraps
//! a data key per tenant, a data key
//! encrypts that tenant's credentials. There is no way around it: no switch
//! turns encryption off, and what can't be authenticated is an error, never a value.

mod authorization;
mod brief;
#[cfg(feature = "testing")]
mod cipher;
mod credentials;
mod data_keys;
mod error;
mod journal;
pub mod key_service;
mod keyring;
mod master;
mod own;
mod probe;
mod purpose;
mod reencrypt;
mod rotate;
mod seal;
mod status;
mod tenant_keys;
#[cfg(test)]
mod tests;
#[cfg(feature = "transit")]
pub mod transit;

pub(crate) use brief::BriefPurpose;
#[cfg(feature = "testing")]
pub use cipher::Cipher;
pub(crate) use credentials::{SealedRow, Unsealed};
pub use error::VaultError;
pub(crate) use journal::JournalKey;
pub use master::{MasterKeys, MasterKeysError};
pub(crate) use own::SealedOwn;
pub use purpose::Purpose;
pub use reencrypt::{Begun, Step};
pub use status::MasterKeyStatus;
pub use tenant_keys::{DataKeyStatus, TenantKeys, UnreadableRecord};

use domain::ids::{DataKeyId, TenantId};
use key_service::KeyService;
use keyring::Keyring;
use seal::Key;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, RwLock},
};

/// What a data key is found by in memory. The owner is part of it, so that a
/// row moved to another tenant is unwrapped, and refused, instead of found.
type KeyName = (Option<TenantId>, DataKeyId);

/// Seals and opens secrets. Clones share the keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    keyring: Keyring,
    /// Unwrapped data keys.
    unwrapped: RwLock<HashMap<KeyName, Arc<Key>>>,
    /// Tenants whose data keys are in memory as far as they were there once.
    prepared: RwLock<HashSet<TenantId>>,
    /// Encryptions that are not in the database yet.
    uncounted: Mutex<HashMap<DataKeyId, i64>>,
    /// What seals the journal.
    journal: Mutex<Option<JournalKey>>,
    /// What the keys of authorizations are derived from.
    authorizations: Mutex<authorization::Held>,
}

impl Vault {
    /// A vault on these master keys.
    pub fn new(masters: MasterKeys) -> Self {
        Self::with(vec![Arc::new(masters)])
    }

    /// A vault on key services: the first wraps, all unwrap.
    pub fn with(services: Vec<Arc<dyn KeyService>>) -> Self {
        Self(Arc::new(Inner {
            keyring: Keyring::new(services),
            unwrapped: RwLock::default(),
            prepared: RwLock::default(),
            uncounted: Mutex::default(),
            journal: Mutex::default(),
            authorizations: Mutex::default(),
        }))
    }
}

/// Shows the ids of the master keys alone.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.keyring.ids()).finish()
    }
}
