//! 7: refreshes a second, compared with what the simulator can answer.

use super::UNLIMITED;
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::store::{self, Kind, Refreshed, Store};
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// About the time of a token request to a service on the Internet.
const FAR: Duration = Duration::from_millis(100);
/// Longer than any successful measurement of refreshes.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let mooring = env.serve(&store.url, UNLIMITED, Side::Server)?;
        // The simulator never sees two requests at once if it answers at once. Slow
        // answers show how many requests Mooring has under way.
        let at_once = Cell::new(1);
        for latency in [FAR, Duration::ZERO] {
            env.latency(latency)?;
            let measured = beside(env, &store, latency, &at_once);
            env.latency(Duration::ZERO)?;
            lines.extend(measured?);
        }
        lines.push(beside_nothing_kept(env, &store)?);
        drop(mooring);
    }
    Ok(Table {
        number: 7,
        title: "Refreshes, beside what the simulator can answer",
        method: format!(
            "Connections that are due, from the first request until the last new token is stored \
             durably ÷ refreshes a second that a load gets from the simulator over as many \
             connections as Mooring had requests under way at once. Once with {} ms for each answer, as a service on \
             the Internet takes, and once with none, where the comparison is with a program that \
             stores nothing. And with none, ÷ the same without what is kept for pages: the \
             triggers and indexes of ADR 36, with the indexes that stood before them.",
            FAR.as_millis()
        ),
        lines,
    })
}

fn beside(
    env: &BenchEnv,
    store: &Store,
    latency: Duration,
    at_once: &Cell<u64>,
) -> Result<[Line; 2]> {
    let count = enough(env, store, || Ok(()))?;
    let calls = RefCell::new(Vec::new());
    let compared = Compared::turn_about(
        env.scale.pairs,
        || {
            let refreshed = store.refreshed(env, count, PATIENCE, || Ok(()))?;
            calls.borrow_mut().push(refreshed.calls());
            at_once.set(at_once.get().max(refreshed.at_once));
            Ok(refreshed.per_second())
        },
        || store::most_refreshes(env, &store.big, at_once.get()),
    )?;
    let (name, millis) = (store.kind.name(), latency.as_millis());
    let goal = match (latency.is_zero(), store.kind) {
        (true, _) => Goal::None,
        (false, Kind::Postgres) => Goal::AtLeast(0.85),
        (false, Kind::Sqlite) => Goal::AtLeast(0.7),
    };
    Ok([
        Line {
            what: format!(
                "refreshes, {millis} ms for an answer, {} at once, {name}",
                at_once.get()
            ),
            compared,
            goal,
            unit: "a second",
        },
        Line {
            what: format!("requests for each due connection, {millis} ms, {name}"),
            compared: Compared::of(calls.into_inner()),
            goal: Goal::Exactly(1.0),
            unit: "requests ÷ connections",
        },
    ])
}

/// Refreshes with what is kept for pages, compared with refreshes without it.
fn beside_nothing_kept(env: &BenchEnv, store: &Store) -> Result<Line> {
    let count = enough(env, store, || Ok(()))?;
    let measure = || {
        let refreshed = store.refreshed(env, count, PATIENCE, || Ok(()))?;
        Ok(refreshed.per_second())
    };
    let kept = |without: &[&str]| {
        let at = ["kept", "--database", &store.url];
        env.helper(Side::Load, &[&at, without].concat()).map(drop)
    };
    let compared = Compared::turn_about(env.scale.pairs, measure, || {
        kept(&["--without"])?;
        let measured = measure();
        kept(&[])?;
        measured
    })?;
    Ok(Line {
        what: format!(
            "refreshes with what pages need, 0 ms, {}",
            store.kind.name()
        ),
        compared,
        goal: Goal::AtLeast(0.95),
        unit: "a second",
    })
}

/// How many connections take about as long as one measurement, found with a small number first.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn enough<W>(env: &BenchEnv, store: &Store, work: impl FnOnce() -> Result<W>) -> Result<u64> {
    let few = env.scale.probe;
    let rate = store
        .refreshed(env, few, PATIENCE, work)
        .map(|refreshed: Refreshed| refreshed.per_second())?;
    let wanted = (rate * env.scale.refreshing.as_secs_f64()) as u64;
    Ok(wanted.clamp(few, store.big.accounts))
}
