//! News for open pages: which connection changed.

use domain::{
    health::Health,
    ids::{ConnectionId, TenantId},
    subdomain::Subdomain,
};
use serde::Serialize;
use tokio::sync::broadcast;

/// A connection changed. Holds nothing that a viewer of the tenant may not see.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The tenant; not sent.
    #[serde(skip)]
    pub tenant: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// The account.
    pub subdomain: Subdomain,
    /// The connection's own health now, beneath any fault of its app.
    pub health: Health,
}

/// Passes changes on to whoever listens in this process.
#[derive(Debug, Clone)]
pub struct Live {
    sender: broadcast::Sender<Change>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(256).0,
        }
    }
}

impl Live {
    /// Tells everybody who listens; nobody listening is fine.
    pub fn tell(&self, change: Change) {
        let _ = self.sender.send(change);
    }

    /// Listens to the changes of all tenants; the caller keeps to its own.
    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }
}
