//! Keeps secrets sealed: a master key wraps a data key per tenant, a data key
//! encrypts that tenant's credentials. There is no way around it: no switch
//! turns encryption off, and what can't be authenticated is an error, never a value.

#[cfg(feature = "testing")]
mod bulk;
mod credentials;
mod data_keys;
mod error;
mod master;
mod probe;
mod purpose;
mod reencrypt;
mod rotate;
mod seal;
mod status;
mod tenant_keys;
#[cfg(test)]
mod tests;

#[cfg(feature = "testing")]
pub use bulk::Cipher;
pub use error::VaultError;
pub use master::{MasterKeys, MasterKeysError};
pub use purpose::Purpose;
pub use reencrypt::{Begun, Step};
pub use status::MasterKeyStatus;
pub use tenant_keys::{DataKeyStatus, TenantKeys, UnreadableRecord};

use domain::ids::{DataKeyId, TenantId};
use seal::Key;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, RwLock},
};

/// What a data key is found by in memory. The owner is part of it, so that a
/// row moved to another tenant is unwrapped, and refused, instead of found.
type KeyName = (Option<TenantId>, DataKeyId);

/// Seals and opens secrets. Clones share the keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    masters: MasterKeys,
    /// Unwrapped data keys.
    unwrapped: RwLock<HashMap<KeyName, Arc<Key>>>,
    /// Encryptions that are not in the database yet.
    uncounted: Mutex<HashMap<DataKeyId, i64>>,
}

impl Vault {
    /// A vault on these master keys.
    pub fn new(masters: MasterKeys) -> Self {
        Self(Arc::new(Inner {
            masters,
            unwrapped: RwLock::default(),
            uncounted: Mutex::default(),
        }))
    }
}

/// Shows the ids of the master keys alone.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.masters).finish()
    }
}
