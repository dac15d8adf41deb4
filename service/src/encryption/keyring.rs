//! All key services of an installation, and locks so that each data key is asked for once.

use super::key_service::{KeyService, KeyServiceError};
use domain::ids::DataKeyId;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// How many data keys can be asked for at the same time.
const SEATS: usize = 16;

/// The first wraps, all unwrap.
pub(crate) struct Keyring {
    services: Vec<Arc<dyn KeyService>>,
    /// Many concurrent callers that need the same data key ask for it once.
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

    /// The key service that has the key of this name.
    pub fn with(&self, id: &str) -> Option<&dyn KeyService> {
        let found = self.services.iter().find(|service| service.has(id));
        found.map(AsRef::as_ref)
    }

    /// All names; the one that wraps comes first.
    pub fn ids(&self) -> Vec<String> {
        self.services.iter().flat_map(|s| s.ids()).collect()
    }

    /// Whether any of them is outside of this process.
    pub fn is_remote(&self) -> bool {
        self.services.iter().any(|s| s.is_remote())
    }

    /// Waits for other callers that ask for the same data key.
    pub async fn turn(&self, id: DataKeyId) -> MutexGuard<'_, ()> {
        let seat = usize::from(id.0.as_bytes()[15]) % SEATS;
        self.asking[seat].lock().await
    }
}
