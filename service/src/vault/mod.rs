//! Keeps secrets sealed: a master key, of the settings or of a key service, wraps
//! a data key per tenant, a data key
//! encrypts that tenant's credentials. There is no way around it: no switch
//! turns encryption off, and what can't be authenticated is an error, never a value.

mod authorization;
mod brief;
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

impl ProcessState for Vault {
    /// Without a key, it refuses everything. `Services::on` puts the real one in.
    fn begin(_: &services::Inner) -> Self {
        Self::with(Vec::new())
    }
}

impl Services {
    /// Puts the parts together, on the machine as it is.
    pub fn new(db: Database, config: Config, vault: Vault, gorgias: Arc<dyn Gorgias>) -> Self {
        Self::on(Host::default(), db, config, vault, gorgias)
    }

    /// Puts the parts together, on a machine that tests may change.
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

    /// Keeps secrets sealed.
    pub fn vault(&self) -> &Vault {
        self.state()
    }
}

/// Shows the ids of the master keys alone.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vault").field(&self.0.keyring.ids()).finish()
    }
}
