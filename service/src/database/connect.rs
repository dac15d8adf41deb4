//! Opening the database: pools for each purpose.

use super::Database;
use sea_orm::{ConnectOptions, DbErr};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Who works with the data on PostgreSQL: bound by row-level security.
const ROLE: &str = "mooring_app";

/// How long PostgreSQL lets a transaction wait for its process. A process that
/// is stopped or cut off while it holds a row would hold up all others; ours
/// wait for nothing but the database.
const STALLED: &str = "5s";

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
}
