//! Keeps secrets sealed. A master key, from the settings or a key service,
//! wraps a data key for each tenant; a data key encrypts that tenant's
//! credentials. Nothing bypasses it: no switch turns encryption off, and a
//! value that can't be authenticated is an error.

mod authorization;
mod brief;
pub mod carried;
pub(crate) mod data_keys;
mod journal;
mod own;
mod probe;
mod rotate;
mod status;
#[cfg(test)]
mod tests;

pub(crate) use brief::BriefPurpose;
pub(crate) use journal::{Bound, JournalKey};
pub(crate) use own::SealedOwn;
pub use status::MasterKeyStatus;

use crate::{
    core::{
        config::Config,
        database::Database,
        services::{self, ProcessState, Services},
    },
    encryption::{Keyring, MasterKeys, key_service::KeyService, seal::Key},
    host::Host,
};
use domain::ids::{DataKeyId, TenantId};
use gorgias::Gorgias;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, RwLock},
};

/// The name of a data key in memory. The owner is part of it, so that a row
/// that was moved to another tenant is not found there, but unwrapped and
/// refused.
type KeyName = (Option<TenantId>, DataKeyId);

/// Seals and opens secrets. Clones share the keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    keyring: Keyring,
    /// Unwrapped data keys.
    unwrapped: RwLock<HashMap<KeyName, Arc<Key>>>,
    /// Tenants whose data keys were all loaded into memory once.
    prepared: RwLock<HashSet<TenantId>>,
    /// Encryptions that are not in the database yet.
    uncounted: Mutex<HashMap<DataKeyId, i64>>,
    /// The key of the journal.
    journal: Mutex<Option<JournalKey>>,
    /// The key that those of authorizations are derived from.
    authorizations: Mutex<authorization::Held>,
}

impl Vault {
    /// A vault with these master keys.
    pub fn new(masters: MasterKeys) -> Self {
        Self::with(vec![Arc::new(masters)])
    }

    /// A vault with key services: the first wraps, all unwrap.
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

impl ProcessState for Vault {
    /// Without a key it refuses everything. `Services::on` replaces it by the real one.
    fn begin(_: &services::Inner) -> Self {
        Self::with(Vec::new())
    }
}

impl Services {
    /// Makes the parts, on the real machine.
    pub fn new(db: Database, config: Config, vault: Vault, gorgias: Arc<dyn Gorgias>) -> Self {
        Self::on(Host::default(), db, config, vault, gorgias)
    }

    /// Makes the parts, on a machine that tests may replace.
    pub fn on(
        host: Host,
        db: Database,
        config: Config,
        vault: Vault,
        gorgias: Arc<dyn Gorgias>,
    ) -> Self {
        let services = Self::begin(host, db, config, gorgias);
        services.states.put(vault);
        services
    }

    /// The vault, which keeps secrets sealed.
    pub fn vault(&self) -> &Vault {
        self.state()
    }
}

/// Shows only the ids of the master keys.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.keyring.ids()).finish()
    }
}
