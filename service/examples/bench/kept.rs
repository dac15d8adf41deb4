//! What is kept for pages (ADR 36), taken away and put back, so that its cost can be measured.

use crate::database::{At, Pool};
use serde_json::{Value, json};

/// Indexes of `connections` that came with what is kept.
const CAME: [&str; 5] = [
    "connections_tenant_id_overdue_at",
    "connections_refused",
    "connections_stopping",
    "connections_tenant_id_app_id_health_subdomain",
    "connections_tenant_id_app_id_health_since_subdomain",
];
/// Indexes that went when it came, and their columns.
const WENT: [(&str, &str); 3] = [
    ("bench_subdomain", "tenant_id, subdomain"),
    ("bench_health", "tenant_id, health, subdomain, id"),
    ("bench_health_since", "tenant_id, health_since, id"),
];

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: At,
    /// Take it away, in place of putting it back
    #[arg(long)]
    without: bool,
}

/// Takes the triggers and indexes of `connections` away, or puts them back.
pub async fn run(args: Args) -> anyhow::Result<Value> {
    let pool = args.at.open(1).await?;
    let done = if args.without {
        without(&pool).await?
    } else {
        with(&pool).await?
    };
    Ok(json!({"changed": done}))
}

async fn without(pool: &Pool) -> anyhow::Result<usize> {
    pool.execute(
        "CREATE TABLE IF NOT EXISTS bench_kept (made text NOT NULL)",
        &[],
    )
    .await?;
    let named = CAME.map(|name| format!("'{name}'")).join(", ");
    let (made, drop) = match pool {
        Pool::Sqlite(_) => (
            format!(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'connections' \
                 AND (type = 'trigger' OR name IN ({named})) ORDER BY name"
            ),
            format!(
                "SELECT 'DROP ' || type || ' ' || name FROM sqlite_master \
                 WHERE tbl_name = 'connections' AND (type = 'trigger' OR name IN ({named}))"
            ),
        ),
        Pool::Postgres(_) => (
            format!(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger \
                 WHERE tgrelid = 'connections'::regclass AND NOT tgisinternal \
                 UNION ALL SELECT indexdef FROM pg_indexes WHERE indexname IN ({named})"
            ),
            format!(
                "SELECT format('DROP TRIGGER %I ON connections', tgname) FROM pg_trigger \
                 WHERE tgrelid = 'connections'::regclass AND NOT tgisinternal \
                 UNION ALL SELECT format('DROP INDEX %I', indexname) FROM pg_indexes \
                 WHERE indexname IN ({named})"
            ),
        ),
    };
    let drops = pool.texts(&drop).await?;
    pool.execute(&format!("INSERT INTO bench_kept (made) {made}"), &[])
        .await?;
    for drop in &drops {
        pool.execute(drop, &[]).await?;
    }
    for (name, columns) in WENT {
        let sql = format!("CREATE INDEX {name} ON connections ({columns})");
        pool.execute(&sql, &[]).await?;
    }
    Ok(drops.len())
}

async fn with(pool: &Pool) -> anyhow::Result<usize> {
    let made = pool.texts("SELECT made FROM bench_kept").await?;
    for (name, _) in WENT {
        pool.execute(&format!("DROP INDEX {name}"), &[]).await?;
    }
    for made in &made {
        pool.execute(made, &[]).await?;
    }
    pool.execute("DROP TABLE bench_kept", &[]).await?;
    Ok(made.len())
}
