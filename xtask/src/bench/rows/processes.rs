//! 12: three processes on one PostgreSQL, compared with one process.

use super::UNLIMITED;
use super::refreshes::{PATIENCE, enough};
use crate::bench::compare::Compared;
use crate::bench::env::{BenchEnv, Serving};
use crate::bench::host::Side;
use crate::bench::store::{Kind, Store};
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;
use std::cell::RefCell;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let store = env.store(Kind::Postgres)?;
    env.keep_postgres(Side::Anywhere)?;
    let lines = beside_one(env, &store);
    env.keep_postgres(Side::Server)?;
    Ok(Table {
        number: 12,
        title: "Three processes on one PostgreSQL, beside one",
        method: "Connections that are due, from the first request until the last new token is \
                 stored, by three `mooring serve` ÷ by one; the simulator answers at once. \
                 Mooring and PostgreSQL run on both cores, the simulator on one of them."
            .to_owned(),
        lines: lines?,
    })
}

fn beside_one(env: &BenchEnv, store: &Store) -> Result<Vec<Line>> {
    let serve = |processes: usize| -> Result<Vec<Serving>> {
        (0..processes)
            .map(|_| env.serve(&store.url, UNLIMITED, Side::Anywhere))
            .collect()
    };
    let one = serve(1)?;
    let count = enough(env, store, || Ok(()))?;
    drop(one);
    let calls = RefCell::new(Vec::new());
    let measured = |processes: usize| -> Result<f64> {
        let running = serve(processes)?;
        let refreshed = store.refreshed(env, count, PATIENCE, || Ok(()))?;
        drop(running);
        calls.borrow_mut().push(refreshed.calls());
        Ok(refreshed.per_second())
    };
    let compared = Compared::turn_about(env.scale.pairs, || measured(3), || measured(1))?;
    Ok(vec![
        Line {
            what: "refreshes by three processes ÷ by one".to_owned(),
            compared,
            goal: Goal::AtLeast(1.0),
            unit: "a second",
        },
        Line {
            what: "requests for each due connection".to_owned(),
            compared: Compared::of(calls.into_inner()),
            goal: Goal::Exactly(1.0),
            unit: "requests ÷ connections",
        },
    ])
}
