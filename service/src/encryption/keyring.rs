//! All key services of an installation, and who may ask one at a time.

use super::key_service::{KeyService, KeyServiceError};
use domain::ids::DataKeyId;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// How many data keys are asked for at the same time at most.
const SEATS: usize = 16;

/// The first wraps, all unwrap.
pub(crate) struct Keyring {
    services: Vec<Arc<dyn KeyService>>,
    /// Many who need the same data key at once ask for it once.
    asking: [Mutex<()>; SEATS],
}

impl Keyring {
    pub fn new(services: Vec<Arc<dyn KeyService>>) -> Self {
        Self {
            services,
            asking: std::array::from_fn(|_| Mutex::new(())),
        }
    }

    /// The one that wraps new data keys.
    pub fn first(&self) -> Result<&dyn KeyService, KeyServiceError> {
        let first = self.services.first().map(AsRef::as_ref);
        first.ok_or(KeyServiceError::NotOpened)
    }

    /// The one that has the key of this name.
    pub fn with(&self, id: &str) -> Option<&dyn KeyService> {
        let found = self.services.iter().find(|service| service.has(id));
        found.map(AsRef::as_ref)
    }

    /// All names, the one that wraps first.
    pub fn ids(&self) -> Vec<String> {
        self.services.iter().flat_map(|s| s.ids()).collect()
    }

    /// Whether any of them is outside of this process.
    pub fn is_remote(&self) -> bool {
        self.services.iter().any(|s| s.is_remote())
    }

    /// Waits for who is asking for the same data key.
    pub async fn turn(&self, id: DataKeyId) -> MutexGuard<'_, ()> {
        let seat = usize::from(id.0.as_bytes()[15]) % SEATS;
        self.asking[seat].lock().await
    }
}
