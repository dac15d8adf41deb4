//! What re-encryption is compared with: the UPDATE of the same rows with the same bytes.

use crate::database::{At, Pool};
use serde_json::{Value, json};
use sqlx::{Row, types::Uuid};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: At,
    /// The tenant's short name
    #[arg(long)]
    tenant: String,
    /// Rows in one transaction
    #[arg(long)]
    batch: usize,
}

/// What is written.
struct Credential {
    owner: Uuid,
    purpose: String,
    data_key: Uuid,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

const READ: &str = "SELECT owner_id, purpose, data_key_id, nonce, ciphertext FROM credentials \
    WHERE tenant_id = (SELECT id FROM tenants WHERE slug = $1)";
const WRITE: &str = "UPDATE credentials SET data_key_id = $1, format = 1, nonce = $2, ciphertext = $3 \
    WHERE owner_id = $4 AND purpose = $5";

macro_rules! read {
    ($pool:expr, $args:expr) => {{
        let rows = sqlx::query(READ)
            .bind(&$args.tenant)
            .fetch_all($pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Credential {
                    owner: row.try_get(0)?,
                    purpose: row.try_get(1)?,
                    data_key: row.try_get(2)?,
                    nonce: row.try_get(3)?,
                    ciphertext: row.try_get(4)?,
                })
            })
            .collect::<Result<Vec<_>, sqlx::Error>>()?
    }};
}

macro_rules! write {
    ($tx:expr, $batch:expr) => {{
        for one in $batch {
            sqlx::query(WRITE)
                .bind(one.data_key)
                .bind(one.nonce.as_slice())
                .bind(one.ciphertext.as_slice())
                .bind(one.owner)
                .bind(one.purpose.as_str())
                .execute(&mut *$tx)
                .await?;
        }
        $tx.commit().await?;
    }};
}

pub async fn run(args: Args) -> anyhow::Result<Value> {
    let pool = args.at.open(1).await?;
    let rows = match &pool {
        Pool::Sqlite(pool) => read!(pool, args),
        Pool::Postgres(pool) => read!(pool, args),
    };
    let begun = Instant::now();
    for batch in rows.chunks(args.batch) {
        match &pool {
            Pool::Sqlite(pool) => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                write!(tx, batch);
            }
            Pool::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                write!(tx, batch);
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    Ok(json!({"rows": rows.len(), "per_second": rows.len() as f64 / seconds}))
}
