//! What is due, changed and watched past the product.

use crate::database::{At, Pool};
use anyhow::bail;
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often the database is asked whether something is due.
const STEP: Duration = Duration::from_millis(10);
/// When those are due that shall not be, and how long at least no other comes to be:
/// longer than any measurement, and sooner than a check interval ends.
const LATER: Duration = Duration::from_hours(4);
const SOON: Duration = Duration::from_hours(1);

#[derive(clap::Args)]
pub struct DueArgs {
    #[command(flatten)]
    at: At,
    /// The account's names begin with it
    #[arg(long)]
    prefix: String,
    /// How many are due, the longest due for so many milliseconds; all others are not
    #[arg(long)]
    count: i64,
}

#[derive(clap::Args)]
pub struct StoredArgs {
    #[command(flatten)]
    at: At,
    /// How long to wait at most, in seconds
    #[arg(long)]
    patience: u64,
    /// Count the connections that were refreshed since, in microseconds since 1970
    #[arg(long)]
    since: i64,
}

/// Makes that many connections due, one a millisecond, and no other.
pub async fn due(args: DueArgs) -> anyhow::Result<Value> {
    let pool = args.at.open(1).await?;
    let now = micros()?;
    let later = i64::try_from(LATER.as_micros())?;
    let soon = i64::try_from(SOON.as_micros())?;
    pool.execute(
        "UPDATE connections SET due_at = $1 WHERE due_at <= $2",
        &[now + later, now + soon],
    )
    .await?;
    if queues(&pool).await? {
        pool.execute(
            "UPDATE connections SET queued_expiry = NULL WHERE queued_expiry IS NOT NULL",
            &[],
        )
        .await?;
    }
    // By name, so that a run of several has the same ones.
    let sql = format!(
        "UPDATE connections SET due_at = $1 - 1000 * chosen.place FROM ( \
             SELECT id AS wanted, row_number() OVER (ORDER BY subdomain) AS place FROM connections \
             WHERE subdomain >= '{prefix}' AND subdomain < '{prefix}~' \
             ORDER BY subdomain LIMIT $2) AS chosen \
         WHERE id = chosen.wanted",
        prefix = args.prefix
    );
    let made = pool.execute(&sql, &[micros()?, args.count]).await?;
    if made != args.count.unsigned_abs() {
        bail!("{made} connections could be made due, not {}", args.count);
    }
    if let Pool::Postgres(_) = pool {
        // The dead rows of this are not to be cleared away in the middle of what is measured.
        pool.execute("VACUUM connections", &[]).await?;
    }
    Ok(json!({"at": now, "count": made}))
}

/// Whether a backlog stands in a queue, which nothing that isn't due may be in.
async fn queues(pool: &Pool) -> anyhow::Result<bool> {
    let columns = match pool {
        Pool::Sqlite(_) => {
            "SELECT count(*) FROM pragma_table_info('connections') WHERE name = 'queued_expiry'"
        }
        Pool::Postgres(_) => {
            "SELECT count(*) FROM information_schema.columns \
             WHERE table_name = 'connections' AND column_name = 'queued_expiry'"
        }
    };
    Ok(pool.number(columns, &[]).await? > 0)
}

/// Waits until nothing is due: all that was is stored.
pub async fn stored(args: StoredArgs) -> anyhow::Result<Value> {
    let pool = args.at.open(1).await?;
    let begun = Instant::now();
    loop {
        let now = micros()?;
        let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM connections WHERE due_at <= $1) \
                   THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END";
        if pool.number(sql, &[now]).await? == 0 {
            let sql = "SELECT count(*) FROM connections WHERE last_fine_at >= $1";
            let refreshed = pool.number(sql, &[args.since]).await?;
            return Ok(json!({"at": now, "refreshed": refreshed}));
        }
        if begun.elapsed() >= Duration::from_secs(args.patience) {
            let sql = "SELECT count(*) FROM connections WHERE due_at <= $1";
            let left = pool.number(sql, &[now]).await?;
            bail!("{left} connections are still due after {} s", args.patience);
        }
        tokio::time::sleep(STEP).await;
    }
}

/// Now, in microseconds since 1970.
fn micros() -> anyhow::Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_micros())?)
}
