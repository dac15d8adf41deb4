//! What a token read is compared with: an axum route that looks up one row by its primary key.
//! And what an installation is compared with: one that sends elsewhere.

use crate::database::{At, Pool};
use anyhow::Context;
use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: At,
    #[arg(long)]
    listen: SocketAddr,
    /// Rows are called `{prefix}0`, `{prefix}1`, …
    #[arg(long)]
    prefix: String,
    #[arg(long)]
    rows: u64,
    /// Make the table, with answers of that length, instead of serving it
    #[arg(long)]
    bytes: Option<usize>,
}

/// Rows that one statement inserts.
const AT_ONCE: u64 = 1000;

pub async fn run(args: Args) -> anyhow::Result<Value> {
    // As many connections as Mooring has for reading.
    let connections = if args.at.database.starts_with("sqlite:") {
        8
    } else {
        16
    };
    let pool = args.at.open(connections).await?;
    // Not in the process that serves, whose memory is measured.
    if let Some(bytes) = args.bytes {
        fill(&pool, &args, bytes).await?;
        return Ok(json!({"rows": args.rows}));
    }
    let app = Router::new()
        .route("/bare/{name}", get(read))
        .route("/bare/{name}/away", get(away))
        .with_state(pool);
    let listener = TcpListener::bind(args.listen).await?;
    axum::serve(listener, app).await?;
    Ok(json!({}))
}

async fn fill(pool: &Pool, args: &Args, bytes: usize) -> anyhow::Result<()> {
    pool.execute("DROP TABLE IF EXISTS bare", &[]).await?;
    pool.execute(
        "CREATE TABLE bare (name text PRIMARY KEY, body text NOT NULL)",
        &[],
    )
    .await?;
    let body = body(bytes)?;
    let mut done = 0;
    while done < args.rows {
        let until = args.rows.min(done + AT_ONCE);
        let rows: Vec<String> = (done..until)
            .map(|n| format!("('{}{n}','{body}')", args.prefix))
            .collect();
        let sql = format!("INSERT INTO bare VALUES {}", rows.join(","));
        pool.execute(&sql, &[]).await?;
        done = until;
    }
    Ok(())
}

/// A JSON object of so many bytes.
fn body(bytes: usize) -> anyhow::Result<String> {
    let frame = json!({"access_token": ""}).to_string().len();
    let filling = bytes.checked_sub(frame).context("too few bytes")?;
    Ok(json!({"access_token": "a".repeat(filling)}).to_string())
}

async fn away(Path(name): Path<String>) -> Redirect {
    Redirect::to(&format!("https://{name}.example/oauth/authorize"))
}

async fn read(State(pool): State<Pool>, Path(name): Path<String>) -> Response {
    let sql = "SELECT body FROM bare WHERE name = $1";
    let found: Result<Option<String>, _> = match &pool {
        Pool::Sqlite(pool) => {
            sqlx::query_scalar(sql)
                .bind(name)
                .fetch_optional(pool)
                .await
        }
        Pool::Postgres(pool) => {
            sqlx::query_scalar(sql)
                .bind(name)
                .fetch_optional(pool)
                .await
        }
    };
    match found {
        Ok(Some(body)) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
