//! 12: three processes on one PostgreSQL, beside one.

use super::UNLIMITED;
use super::refreshes::{PATIENCE, enough};
use crate::bench::compare::Compared;
use crate::bench::house::{House, Serving};
use crate::bench::machine::Side;
use crate::bench::store::{Kind, Store};
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;
use std::cell::RefCell;

pub fn measure(house: &mut House) -> Result<Table> {
    let store = house.store(Kind::Postgres)?;
    house.keep_postgres(Side::Anywhere)?;
    let lines = beside_one(house, &store);
    house.keep_postgres(Side::Server)?;
    Ok(Table {
        number: 12,
        title: "Three processes on one PostgreSQL, beside one",
        method: "Connections that are due, from the first request until the last new token is \
                 stored, by three `mooring serve` ÷ by one; the stand-in answers at once. \
                 Mooring and PostgreSQL run on both cores, the stand-in on one of them."
            .to_owned(),
        lines: lines?,
    })
}

fn beside_one(house: &House, store: &Store) -> Result<Vec<Line>> {
    let serve = |processes: usize| -> Result<Vec<Serving>> {
        (0..processes)
            .map(|_| house.serve(&store.url, UNLIMITED, Side::Anywhere))
            .collect()
    };
    let one = serve(1)?;
    let count = enough(house, store, || Ok(()))?;
    drop(one);
    let calls = RefCell::new(Vec::new());
    let measured = |processes: usize| -> Result<f64> {
        let running = serve(processes)?;
        let refreshed = store.refreshed(house, count, PATIENCE, || Ok(()))?;
        drop(running);
        calls.borrow_mut().push(refreshed.calls());
        Ok(refreshed.per_second())
    };
    let compared = Compared::turn_about(house.scale.pairs, || measured(3), || measured(1))?;
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
