//! 11: re-encryption compared with a bare UPDATE, and token reads meanwhile.

use super::{FEW, USUAL_RATE, token_path};
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::store::{Kind, Load, Store};
use crate::bench::table::{Goal, Line, Table};
use crate::process;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Instant;

/// Records that `mooring keys rotate` moves in one transaction.
const BATCH: u64 = 100;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let compared = Compared::turn_about(
            env.scale.pairs,
            || rotate(env, &store),
            || {
                let found = env.helper(
                    Side::Server,
                    &[
                        "update",
                        "--database",
                        &store.url,
                        "--tenant",
                        store.small.slug,
                        "--batch",
                        &BATCH.to_string(),
                    ],
                )?;
                found["per_second"].as_f64().context("no per_second")
            },
        )?;
        lines.push(Line {
            what: format!("records, {}", kind.name()),
            compared,
            goal: Goal::AtLeast(0.7),
            unit: "a second",
        });
        lines.push(reads_meanwhile(env, &store)?);
    }
    Ok(Table {
        number: 11,
        title: "Re-encryption, beside a bare UPDATE, and token reads meanwhile",
        method: format!(
            "`mooring keys rotate`, {BATCH} records in a transaction, from its first step to its \
             last ÷ an UPDATE through sqlx of the same rows with as many bytes, as many in a \
             transaction; and the time that 99 of 100 token reads of that tenant stay within over \
             {FEW} connections while it goes on ÷ while it doesn't. Rotation, server and \
             PostgreSQL share a core."
        ),
        lines,
    })
}

fn reads_meanwhile(env: &BenchEnv, store: &Store) -> Result<Line> {
    let mooring = env.serve(&store.url, USUAL_RATE, Side::Server)?;
    let path = token_path(store.small.slug);
    let load = Load {
        server: &mooring,
        path: &path,
        tenant: &store.small,
        accounts: store.small.accounts,
        connections: FEW,
    };
    load.run(env)?;
    let compared = Compared::turn_about(
        env.scale.pairs,
        || {
            std::thread::scope(|threads| {
                let reading = threads.spawn(|| load.run(env));
                // Rotates again as long as the reading lasts, so that a rotation
                // always runs meanwhile.
                while !reading.is_finished() {
                    rotate(env, store)?;
                }
                match reading.join() {
                    Ok(answered) => Ok(answered?.p99),
                    Err(_) => bail!("the load broke off"),
                }
            })
        },
        || Ok(load.run(env)?.p99),
    )?;
    Ok(Line {
        what: format!("p99 of token reads meanwhile, {}", store.kind.name()),
        compared,
        goal: Goal::AtMost(1.5),
        unit: "µs",
    })
}

/// Encrypts all secrets of the small tenant anew. Returns the records a second,
/// from the first reported step to the last.
#[allow(clippy::cast_precision_loss)]
fn rotate(env: &BenchEnv, store: &Store) -> Result<f64> {
    let mut command = env.mooring(&store.url, Side::Server);
    command
        .args(["keys", "rotate", "--tenant", store.small.slug])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot start mooring")?;
    let told = steps(&mut child);
    let status = child.wait()?;
    process::wait_if_interrupted();
    if !status.success() {
        bail!("`mooring keys rotate` failed ({status})");
    }
    let told = told?;
    match (told.first(), told.last()) {
        (Some((begun, first)), Some((ended, last))) if last > first => {
            Ok((last - first) as f64 / (*ended - *begun).as_secs_f64())
        }
        _ => bail!("`mooring keys rotate` told of {} steps", told.len()),
    }
}

/// Each line `{tenant}: {done} of {all} records`, and when it was written.
fn steps(child: &mut Child) -> Result<Vec<(Instant, u64)>> {
    let output = child.stderr.take().context("no standard error")?;
    let mut told = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        let now = Instant::now();
        if let Some((_, rest)) = line.split_once(": ")
            && let Some((done, _)) = rest.split_once(" of ")
            && let Ok(done) = done.parse()
        {
            told.push((now, done));
        }
    }
    Ok(told)
}
