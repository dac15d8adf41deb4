//! The measured database, reached past the product: through sqlx alone.

use anyhow::Context;
use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

/// One of the two databases.
#[derive(Clone)]
pub enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Where the database is. Both kinds in the settings that Mooring gives them.
#[derive(clap::Args)]
pub struct At {
    /// `sqlite://…` or `postgres://…`
    #[arg(long)]
    pub database: String,
}

impl At {
    pub async fn open(&self, connections: u32) -> anyhow::Result<Pool> {
        let url = &self.database;
        Ok(if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(20));
            let pool = SqlitePoolOptions::new().max_connections(connections);
            Pool::Sqlite(pool.connect_with(options).await?)
        } else {
            let pool = PgPoolOptions::new().max_connections(connections);
            Pool::Postgres(pool.connect(url).await?)
        })
    }
}

impl Pool {
    /// Runs a statement with numbers in it, and says how many rows it changed.
    pub async fn execute(&self, sql: &str, numbers: &[i64]) -> anyhow::Result<u64> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(pool) => {
                let mut query = sqlx::query(sql);
                for number in numbers {
                    query = query.bind(*number);
                }
                query.execute(pool).await?.rows_affected()
            }
            Self::Postgres(pool) => {
                let mut query = sqlx::query(sql);
                for number in numbers {
                    query = query.bind(*number);
                }
                query.execute(pool).await?.rows_affected()
            }
        })
    }

    /// The one number that a query gives.
    pub async fn number(&self, sql: &str, numbers: &[i64]) -> anyhow::Result<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        let found: Option<i64> = match self {
            Self::Sqlite(pool) => {
                let mut query = sqlx::query_scalar(sql);
                for number in numbers {
                    query = query.bind(*number);
                }
                query.fetch_optional(pool).await?
            }
            Self::Postgres(pool) => {
                let mut query = sqlx::query_scalar(sql);
                for number in numbers {
                    query = query.bind(*number);
                }
                query.fetch_optional(pool).await?
            }
        };
        found.context("the query gives no row")
    }

    /// The one text that a query gives.
    pub async fn text(&self, sql: &'static str) -> anyhow::Result<String> {
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
        })
    }

    /// The texts that a query gives.
    pub async fn texts(&self, sql: &str) -> anyhow::Result<Vec<String>> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await?,
        })
    }
}
