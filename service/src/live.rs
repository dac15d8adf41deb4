//! News for open pages: which connection changed, and whose keys.

use crate::{random::Random, services::Services};
use domain::{
    health::Health,
    ids::{ConnectionId, TenantId},
    subdomain::Subdomain,
};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use sqlx::{Executor, postgres::PgListener};
use std::time::Duration;
use tokio::{sync::broadcast, time::timeout};
use tokio_util::sync::CancellationToken;

/// The channel between processes on one PostgreSQL.
const CHANNEL: &str = "mooring_changes";
/// How long to wait before listening again after the connection was lost.
const PAUSE: Duration = Duration::from_secs(2);
/// After how long without news the connection has to show that it lives, and
/// how long it may take for that.
const SILENCE: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(2);

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

    fn take(&self, text: &str) {
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

/// Tells open pages, in every process, that a tenant's rotation came further.
/// News that get lost are no loss: the next step has its own.
pub(crate) async fn tell_keys(services: &Services, tenant: TenantId) {
    let live = &services.live;
    let _ = live.keys.send(tenant);
    if services.db.is_sqlite() {
        return;
    }
    let notice = KeysNotice {
        process: live.process,
        keys_of: tenant,
    };
    // A struct of a number and an id always has a JSON form.
    let notice = serde_json::to_string(&notice).unwrap_or_default();
    let values = [CHANNEL.into(), notice.into()];
    let sql = "SELECT pg_notify($1, $2)";
    let statement = Statement::from_sql_and_values(services.db.backend(), sql, values);
    if let Err(error) = services.db.read().execute_raw(statement).await {
        tracing::debug!(%error, "Other processes could not be told of a rotation");
    }
}

/// Brings the changes that other processes make to the pages that this one
/// serves, until told to stop. On SQLite there is one process only.
pub async fn relay(services: Services, stop: CancellationToken) {
    if services.db.is_sqlite() {
        return;
    }
    loop {
        let listened = stop.run_until_cancelled(listen(&services)).await;
        match listened {
            None => return,
            Some(error) => {
                tracing::warn!(error = %error, "News of other processes are interrupted")
            }
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(PAUSE))
            .await
            .is_none()
        {
            return;
        }
    }
}

/// Listens until the connection is lost, or was given up with all others.
async fn listen(services: &Services) -> sqlx::Error {
    let Some(pool) = services.db.read().postgres() else {
        return sqlx::Error::PoolClosed;
    };
    let heard: Result<(), _> = async {
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            match timeout(SILENCE, listener.recv()).await {
                Ok(notice) => services.live.take(notice?.payload()),
                // A connection that leads nowhere is silent, too.
                Err(_) => {
                    let answer = timeout(ANSWER, listener.execute("SELECT 1")).await;
                    answer.map_err(|late| sqlx::Error::Io(late.into()))??;
                }
            }
        }
    }
    .await;
    heard.err().unwrap_or(sqlx::Error::PoolClosed)
}
