//! The database: SQLite by default, PostgreSQL where there is more than one machine.

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Who works with the data on PostgreSQL: bound by row-level security.
const ROLE: &str = "mooring_app";

/// How long PostgreSQL lets a transaction wait for its process. A process that
/// is stopped or cut off while it holds a row would hold up all others; ours
/// wait for nothing but the database.
const STALLED: &str = "5s";

/// Connections to the one database.
///
/// SQLite has a pool for reading and a single connection for writing, so that
/// writers queue here instead of meeting `SQLITE_BUSY`.
#[derive(Debug, Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// For reads of tokens, so that no sweep's transactions hold them up.
    quick: DatabaseConnection,
    /// The schema's owner: on PostgreSQL somebody else than who works with it.
    owner: DatabaseConnection,
    /// Hears of what is asked of it.
    #[cfg(feature = "testing")]
    watcher: Option<crate::testing::Statements>,
}

impl Database {
    /// Opens `sqlite://path` (made if it isn't there) or `postgres://…`.
    ///
    /// # Errors
    /// As the driver reports it; the URL with its password is not part of the error.
    pub async fn open(url: &SecretString) -> Result<Self, DbErr> {
        let url = url.expose_secret();
        if url.starts_with("sqlite:") {
            let write = sea_orm::Database::connect(Self::sqlite(url, 1)).await?;
            let read = sea_orm::Database::connect(Self::sqlite(url, 8)).await?;
            let quick = sea_orm::Database::connect(Self::sqlite(url, 4)).await?;
            Ok(Self {
                read,
                quick,
                owner: write.clone(),
                write,
                #[cfg(feature = "testing")]
                watcher: None,
            })
        } else {
            let owner = sea_orm::Database::connect(Self::postgres(url, 2)).await?;
            let pool = sea_orm::Database::connect(Self::working(url, 16)).await?;
            let mut quick = Self::working(url, 8);
            // A ping before each use would double the way. Who meets a
            // connection that died meanwhile asks once more, by the other pool.
            quick.test_before_acquire_if_idle_for(Duration::from_secs(1));
            Ok(Self {
                read: pool.clone(),
                quick: sea_orm::Database::connect(quick).await?,
                write: pool,
                owner,
                #[cfg(feature = "testing")]
                watcher: None,
            })
        }
    }

    fn postgres(url: &str, connections: u32) -> ConnectOptions {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .sqlx_logging(false);
        options
    }

    /// Bound by row-level security.
    fn working(url: &str, connections: u32) -> ConnectOptions {
        let mut options = Self::postgres(url, connections);
        // The role is made by a migration, so it may not be there yet.
        options.connect_lazy(true).map_sqlx_postgres_opts(|o| {
            o.options([
                ("role", ROLE),
                ("idle_in_transaction_session_timeout", STALLED),
            ])
        });
        options
    }

    fn sqlite(url: &str, connections: u32) -> ConnectOptions {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(30))
            // A file doesn't hang up.
            .test_before_acquire(false)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|o| {
                o.create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(20))
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "FULL")
            });
        options
    }

    /// Which of the two it is.
    pub fn backend(&self) -> DatabaseBackend {
        self.write.get_database_backend()
    }

    /// Whether it is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.backend() == DatabaseBackend::Sqlite
    }

    /// For reading without a tenant.
    pub(crate) fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Lets a test hear of every transaction and statement, but the owner's.
    #[cfg(feature = "testing")]
    pub(crate) fn watch(&mut self, statements: &crate::testing::Statements) {
        for connection in [&mut self.read, &mut self.write, &mut self.quick] {
            let statements = statements.clone();
            connection.set_metric_callback(move |info| statements.add(&info.statement.sql));
        }
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

    /// For the one statement of a token's read.
    pub(crate) fn quick(&self) -> &DatabaseConnection {
        &self.quick
    }

    /// For tests that look at rows beneath row-level security.
    #[cfg(test)]
    pub(crate) fn owner(&self) -> &DatabaseConnection {
        &self.owner
    }

    /// For reading several things of one moment.
    pub(crate) async fn begin_read(&self) -> Result<DatabaseTransaction, DbErr> {
        self.begins("BEGIN to read");
        self.read.begin().await
    }

    /// For writing. On SQLite the lock is taken at once (`IMMEDIATE`): a
    /// transaction that reads first could otherwise fail when it comes to write.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        self.begins("BEGIN to write");
        self.write
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: self
                    .is_sqlite()
                    .then_some(SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await
    }

    /// Runs all steps that are missing. On PostgreSQL under an advisory lock,
    /// so that two processes don't run them at once.
    ///
    /// # Errors
    /// If a step fails; those before it stay.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        if self.is_sqlite() {
            return Migrator::up(&self.owner, None).await;
        }
        let lock = self.owner.begin().await?;
        lock.execute_unprepared("SELECT pg_advisory_xact_lock(7163982)")
            .await?;
        let done = Migrator::up(&self.owner, None).await;
        lock.commit().await?;
        done
    }

    /// Takes back the newest `steps` steps.
    ///
    /// # Errors
    /// If a step fails; those after it are already taken back.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(&self.owner, Some(steps)).await
    }

    /// Whether the database answers and every step has run.
    ///
    /// # Errors
    /// If it doesn't answer.
    pub async fn is_ready(&self) -> Result<bool, DbErr> {
        // SQLite's owner is its one writer, which a look has no need of.
        let db = if self.is_sqlite() {
            &self.read
        } else {
            &self.owner
        };
        db.ping().await?;
        Ok(Migrator::get_pending_migrations(db).await?.is_empty())
    }

    /// SQL for the present instant in microseconds, on the database's own
    /// clock, not frozen at the transaction's begin. Leases run on it.
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
    #![allow(clippy::unwrap_used)]
    use crate::testing::{World, backends};
    use sea_orm::ConnectionTrait;

    /// security.md 23: a process that is stopped while it holds the common row
    /// does not stop all others with it. Without the limit, this never ends.
    #[tokio::test]
    async fn s23_a_stalled_transaction_holds_nobody_up() {
        for backend in backends() {
            let world = World::on(&backend, "https://{subdomain}.gorgias.invalid").await;
            if world.services.db.is_sqlite() {
                continue; // One process alone writes there.
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
