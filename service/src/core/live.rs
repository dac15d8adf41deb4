//! News for open pages: changes of connections, and progress of rotations of keys and of
//! bulk jobs.

use crate::host::random::Random;
use domain::{
    health::Health,
    ids::{AppId, ConnectionId, TenantId},
    subdomain::Subdomain,
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// The channel between processes on one PostgreSQL.
pub(super) const CHANNEL: &str = "mooring_changes";

/// A change of a connection. Listeners filter by tenant and by app: it holds nothing
/// that a viewer of its app may not see.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The tenant; not sent.
    #[serde(skip)]
    pub tenant: TenantId,
    /// The app; not sent. `None` from a process of the previous version.
    #[serde(skip)]
    pub app: Option<AppId>,
    /// The connection.
    pub connection: ConnectionId,
    /// The account.
    pub subdomain: Subdomain,
    /// The connection's own health now, without a fault of its app.
    pub health: Health,
}

/// The notice of a change, for other processes.
#[derive(Serialize, Deserialize)]
struct Notice {
    process: u64,
    tenant: TenantId,
    #[serde(default)]
    app: Option<AppId>,
    connection: ConnectionId,
    subdomain: Subdomain,
    health: Health,
}

/// The notice that a rotation of keys made progress, for other processes.
#[derive(Serialize, Deserialize)]
struct KeysNotice {
    process: u64,
    keys_of: TenantId,
}

/// The notice that a bulk job made progress, for other processes.
#[derive(Serialize, Deserialize)]
struct JobsNotice {
    process: u64,
    jobs_of: TenantId,
}

/// Sends changes to the listeners in this process.
#[derive(Debug, Clone)]
pub struct Live {
    sender: broadcast::Sender<Change>,
    keys: broadcast::Sender<TenantId>,
    jobs: broadcast::Sender<TenantId>,
    /// Distinguishes this process' own notices from those of others.
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
            jobs: broadcast::channel(64).0,
            process: u64::from_le_bytes(process),
        }
    }

    /// Tells all listeners; there may be none.
    pub fn tell(&self, change: Change) {
        let _ = self.sender.send(change);
    }

    /// Listens to the changes of all tenants; the caller filters its own.
    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }

    /// Listens to progress of rotations of keys, by tenant.
    pub fn listen_to_keys(&self) -> broadcast::Receiver<TenantId> {
        self.keys.subscribe()
    }

    /// Listens to progress of bulk jobs, by tenant.
    pub fn listen_to_jobs(&self) -> broadcast::Receiver<TenantId> {
        self.jobs.subscribe()
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
                app: change.app,
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

    /// Tells this process that a tenant's rotation made progress, and gives the
    /// notice for the others.
    pub(super) fn tell_keys(&self, tenant: TenantId) -> String {
        let _ = self.keys.send(tenant);
        let notice = KeysNotice {
            process: self.process,
            keys_of: tenant,
        };
        // A struct of a number and an id always has a JSON form.
        serde_json::to_string(&notice).unwrap_or_default()
    }

    /// Tells this process that a tenant's job made progress, and gives the notice for the
    /// others.
    pub(super) fn tell_jobs(&self, tenant: TenantId) -> String {
        let _ = self.jobs.send(tenant);
        let notice = JobsNotice {
            process: self.process,
            jobs_of: tenant,
        };
        // A struct of a number and an id always has a JSON form.
        serde_json::to_string(&notice).unwrap_or_default()
    }

    /// Tells this process' listeners what another process sent.
    pub(super) fn take(&self, text: &str) {
        if let Ok(notice) = serde_json::from_str::<Notice>(text) {
            if notice.process != self.process {
                self.tell(Change {
                    tenant: notice.tenant,
                    app: notice.app,
                    connection: notice.connection,
                    subdomain: notice.subdomain,
                    health: notice.health,
                });
            }
        } else if let Ok(notice) = serde_json::from_str::<KeysNotice>(text) {
            if notice.process != self.process {
                let _ = self.keys.send(notice.keys_of);
            }
        } else if let Ok(notice) = serde_json::from_str::<JobsNotice>(text) {
            if notice.process != self.process {
                let _ = self.jobs.send(notice.jobs_of);
            }
        } else {
            // It comes from a process of another version; this process' pages still poll.
            tracing::debug!("A notice of another process could not be read");
        }
    }
}
