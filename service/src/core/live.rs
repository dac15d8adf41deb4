//! News for open pages: which connection changed, and whose keys.

use crate::host::random::Random;
use domain::{
    health::Health,
    ids::{ConnectionId, TenantId},
    subdomain::Subdomain,
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// The channel between processes on one PostgreSQL.
pub(super) const CHANNEL: &str = "mooring_changes";

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

/// A change on its way to other processes.
#[derive(Serialize, Deserialize)]
struct Notice {
    process: u64,
    tenant: TenantId,
    connection: ConnectionId,
    subdomain: Subdomain,
    health: Health,
}

/// A rotation of keys came further, on its way to other processes.
#[derive(Serialize, Deserialize)]
struct KeysNotice {
    process: u64,
    keys_of: TenantId,
}

/// Passes changes on to whoever listens in this process.
#[derive(Debug, Clone)]
pub struct Live {
    sender: broadcast::Sender<Change>,
    keys: broadcast::Sender<TenantId>,
    /// Tells this process' own notices from those of others.
    process: u64,
}

impl Live {
    /// For one process.
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut process = [0; 8];
        random.fill(&mut process);
        Self {
            sender: broadcast::channel(256).0,
            keys: broadcast::channel(64).0,
            process: u64::from_le_bytes(process),
        }
    }

    /// Tells everybody who listens; nobody listening is fine.
    pub fn tell(&self, change: Change) {
        let _ = self.sender.send(change);
    }

    /// Listens to the changes of all tenants; the caller keeps to its own.
    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }

    /// Listens to whose rotation of keys came further.
    pub fn listen_to_keys(&self) -> broadcast::Receiver<TenantId> {
        self.keys.subscribe()
    }

    /// The SQL that tells other processes on the same PostgreSQL, and its
    /// values; sent within the transaction, delivered when it commits.
    pub(crate) fn notices(&self, changes: &[Change]) -> (String, Vec<sea_orm::Value>) {
        let calls: Vec<String> = (2..changes.len() + 2)
            .map(|number| format!("pg_notify($1, ${number})"))
            .collect();
        let texts = changes.iter().map(|change| {
            let notice = Notice {
                process: self.process,
                tenant: change.tenant,
                connection: change.connection,
                subdomain: change.subdomain.clone(),
                health: change.health,
            };
            // A struct of texts and numbers always has a JSON form.
            serde_json::to_string(&notice).unwrap_or_default().into()
        });
        let values = std::iter::once(CHANNEL.into()).chain(texts).collect();
        (format!("SELECT {}", calls.join(", ")), values)
    }

    /// Tells this process whose rotation came further, and gives the notice that
    /// tells the others.
    pub(super) fn tell_keys(&self, tenant: TenantId) -> String {
        let _ = self.keys.send(tenant);
        let notice = KeysNotice {
            process: self.process,
            keys_of: tenant,
        };
        // A struct of a number and an id always has a JSON form.
        serde_json::to_string(&notice).unwrap_or_default()
    }

    /// Tells this process what another one told.
    pub(super) fn take(&self, text: &str) {
        match serde_json::from_str::<Notice>(text) {
            Ok(notice) if notice.process != self.process => self.tell(Change {
                tenant: notice.tenant,
                connection: notice.connection,
                subdomain: notice.subdomain,
                health: notice.health,
            }),
            Ok(_) => (),
            Err(_) => match serde_json::from_str::<KeysNotice>(text) {
                Ok(notice) if notice.process != self.process => {
                    let _ = self.keys.send(notice.keys_of);
                }
                Ok(_) => (),
                // A process of another version; its pages still poll.
                Err(_) => tracing::debug!("A notice of another process could not be read"),
            },
        }
    }
}
