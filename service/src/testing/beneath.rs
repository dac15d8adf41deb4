//! The database, as a person with its password sees it: without the program and
//! without row-level security.

use super::World;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use secrecy::ExposeSecret;
use std::time::Duration;

/// A connection that stays open, for repeated queries.
pub struct Beneath(DatabaseConnection);

impl World {
    /// Opens the database without the program.
    pub async fn beneath(&self) -> Beneath {
        let mut options = ConnectOptions::new(self.database_url.expose_secret());
        options
            .max_connections(2)
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|o| o.busy_timeout(Duration::from_secs(60)));
        Beneath(sea_orm::Database::connect(options).await.unwrap())
    }
}

/// A transaction that locks the database until it is dropped.
pub struct Holder {
    _tx: DatabaseTransaction,
}

impl World {
    /// Locks the database: it can be read, but not written.
    pub async fn hold(&self) -> Holder {
        let db = sea_orm::Database::connect(self.database_url.expose_secret())
            .await
            .unwrap();
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = db.begin_with_options(immediate).await.unwrap();
        if self.backend == DatabaseBackend::Postgres {
            let lock = "DO $$ DECLARE name text; BEGIN FOR name IN \
                SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP \
                EXECUTE format('LOCK TABLE %I IN EXCLUSIVE MODE', name); END LOOP; END $$";
            tx.execute_unprepared(lock).await.unwrap();
        }
        Holder { _tx: tx }
    }
}

impl Beneath {
    fn statement(&self, sql: &str) -> Statement {
        Statement::from_string(self.0.get_database_backend(), sql)
    }

    /// Runs a statement; gives how many rows it changed. The last statement of
    /// a killed process may run for a moment longer, and of two that deadlock
    /// PostgreSQL ends one: if that is this one, it begins again.
    pub async fn run(&self, sql: &str) -> u64 {
        loop {
            match self.0.execute_raw(self.statement(sql)).await {
                Ok(done) => return done.rows_affected(),
                Err(error) if error.to_string().contains("deadlock detected") => (),
                Err(error) => panic!("{sql}: {error}"),
            }
        }
    }

    /// The column `n` of the one row that a query gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.0.query_one_raw(self.statement(sql)).await;
        let row: Option<QueryResult> = row.unwrap_or_else(|e| panic!("{sql}: {e}"));
        row.unwrap().try_get("", "n").unwrap()
    }

    /// The columns `t` (text) and `n` of all rows.
    pub async fn pairs(&self, sql: &str) -> Vec<(String, i64)> {
        let rows = self.0.query_all_raw(self.statement(sql)).await;
        let rows = rows.unwrap_or_else(|e| panic!("{sql}: {e}"));
        let pair = |row: &QueryResult| {
            let text = row.try_get("", "t").unwrap();
            (text, row.try_get("", "n").unwrap())
        };
        rows.iter().map(pair).collect()
    }

    /// SQL for the present instant on the database's clock, in microseconds.
    pub fn clock(&self) -> &'static str {
        match self.0.get_database_backend() {
            DatabaseBackend::Sqlite => "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)",
            _ => "(extract(epoch from clock_timestamp()) * 1000000)::bigint",
        }
    }
}
