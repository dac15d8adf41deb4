//! The database: SQLite by default, PostgreSQL for more than one machine.

#[cfg(test)]
mod busy_tests;
mod connect;
pub(crate) mod errors;
mod generation;
mod migrate;
mod pool;
mod ready;
mod silence;
mod transaction;
mod transport;

pub use connect::OpenError;
pub use pool::Limits;
pub(crate) use pool::Pool;
pub use ready::Readiness;
pub(crate) use transaction::Transaction;
pub use transport::{Plaintext, Transport, TransportError};

pub use connect::login_of;

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, SqliteTransactionMode,
    TransactionOptions,
};
use std::time::Duration;

/// How a database is opened and used.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether plain text to PostgreSQL on another machine is allowed.
    pub plaintext: Plaintext,
    /// Time limits on PostgreSQL.
    pub limits: Limits,
    /// How long a writer waits for another process that holds the file of
    /// SQLite. It waits half as long again for other writers of this process;
    /// together that is less than the limit of a request.
    pub busy: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            plaintext: Plaintext::Deny,
            limits: Limits::default(),
            busy: Duration::from_secs(10),
        }
    }
}

/// Connections to the one database.
///
/// SQLite has a pool for reading and a single connection for writing, so that
/// writers queue here instead of meeting `SQLITE_BUSY`.
#[derive(Clone)]
pub struct Database {
    read: Pool,
    write: Pool,
    /// For token reads, so that they don't wait for the transactions of sweeps.
    quick: Pool,
    /// The schema's owner: on PostgreSQL another role than the program's.
    owner: DatabaseConnection,
    transport: Transport,
    /// Gets each statement, for tests.
    #[cfg(feature = "testing")]
    watcher: Option<crate::testing::Statements>,
}

impl Database {
    /// Whether it is SQLite or PostgreSQL.
    pub fn backend(&self) -> DatabaseBackend {
        self.write.get_database_backend()
    }

    /// How it is reached.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Whether it is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.backend() == DatabaseBackend::Sqlite
    }

    /// For reading without a tenant.
    pub(crate) fn read(&self) -> &Pool {
        &self.read
    }

    /// Lets a test see every transaction and statement, except the owner's.
    #[cfg(feature = "testing")]
    pub(crate) fn watch(&mut self, statements: &crate::testing::Statements) {
        self.read.watch(statements);
        self.watcher = Some(statements.clone());
    }

    #[cfg(feature = "testing")]
    fn begins(&self, how: &str) {
        if let Some(watcher) = &self.watcher {
            watcher.add(how);
        }
    }

    #[cfg(not(feature = "testing"))]
    #[allow(clippy::unused_self)]
    fn begins(&self, _: &str) {}

    /// For the one statement of a token read.
    pub(crate) fn quick(&self) -> &Pool {
        &self.quick
    }

    /// For tests that need rows without row-level security.
    #[cfg(test)]
    pub(crate) fn owner(&self) -> &DatabaseConnection {
        &self.owner
    }

    /// For several reads of the same snapshot.
    pub(crate) async fn begin_read(&self) -> Result<Transaction, DbErr> {
        self.begins("BEGIN to read");
        self.read.begin(TransactionOptions::default()).await
    }

    /// For writing. On SQLite the lock is taken at once (`IMMEDIATE`): a
    /// transaction that reads first could otherwise fail at its first write.
    pub(crate) async fn begin_write(&self) -> Result<Transaction, DbErr> {
        self.begins("BEGIN to write");
        self.write
            .begin(TransactionOptions {
                sqlite_transaction_mode: self
                    .is_sqlite()
                    .then_some(SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await
    }

    /// SQL for the present instant in microseconds, on the database's own clock
    /// and not that of the transaction's begin. Leases use it.
    pub(crate) fn clock_sql(&self) -> &'static str {
        if self.is_sqlite() {
            "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)"
        } else {
            "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, backends};
    use sea_orm::ConnectionTrait;

    /// security.md 23: a process that is stopped while it holds the shared row
    /// does not stop all others with it. Without the limit, this never ends.
    #[tokio::test]
    async fn s23_a_stalled_transaction_holds_nobody_up() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            if world.services.db.is_sqlite() {
                continue; // Only one process writes there.
            }
            let stalled = world.services.db.begin_write().await.unwrap();
            let lock = "UPDATE pace SET slow = 1 WHERE id = 1";
            stalled.execute_unprepared(lock).await.unwrap();
            let other = world.second_process().await;
            let tx = other.db.begin_write().await.unwrap();
            tx.execute_unprepared(lock).await.unwrap();
            tx.commit().await.unwrap();
            assert!(stalled.commit().await.is_err(), "its session has ended");
        }
    }
}
