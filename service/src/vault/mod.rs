//! Keeps secrets sealed: a master key wraps a data key per tenant, a data key
//! encrypts that tenant's credentials. There is no way around it: no switch
//! turns encryption off, and what can't be authenticated is an error, never a value.

mod credentials;
mod data_keys;
mod error;
mod master;
mod purpose;
mod seal;
mod status;
#[cfg(test)]
mod tests;

pub use error::VaultError;
pub use master::{MasterKeys, MasterKeysError};
pub use purpose::Purpose;
pub use status::MasterKeyStatus;

use domain::ids::{DataKeyId, TenantId};
use seal::Key;
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// Seals and opens secrets. Clones share the keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    masters: MasterKeys,
    /// Unwrapped data keys. The owner is part of the name, so that a row moved
    /// to another tenant is unwrapped, and refused, instead of found here.
    unwrapped: RwLock<HashMap<(Option<TenantId>, DataKeyId), Arc<Key>>>,
}

impl Vault {
    /// A vault on these master keys.
    pub fn new(masters: MasterKeys) -> Self {
        Self(Arc::new(Inner {
            masters,
            unwrapped: RwLock::default(),
        }))
    }
}

/// Shows the ids of the master keys alone.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.masters).finish()
    }
}
