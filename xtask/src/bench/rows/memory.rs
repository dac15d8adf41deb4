//! 10: memory with very many connections, with none, and of a bare server.

use super::USUAL_RATE;
use crate::bench::compare::Compared;
use crate::bench::env::{BenchEnv, Serving};
use crate::bench::host::Side;
use crate::bench::store::Kind;
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;

/// Ten times the usual rate, so that as many requests as possible are under way.
const RATE: u32 = 10 * USUAL_RATE;
/// Length of the bare server's answers, about that of a token read's answer.
const BYTES: usize = 1_100;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let name = match kind {
            Kind::Sqlite => "empty",
            Kind::Postgres => "empty_mooring",
        };
        let empty = env.empty(kind, name)?;
        crate::process::output(env.mooring(&empty, Side::Server).arg("migrate"))?;
        let bare = env.bare(&store, BYTES)?;
        let pause = 2 * env.scale.slice;
        let after = |server: Serving| {
            std::thread::sleep(pause);
            server.memory()
        };
        let idle = || after(env.serve(&empty, RATE, Side::Server)?);
        // More than can be refreshed during the measurement.
        store.due(env, store.big.accounts)?;
        let full = Compared::turn_about(
            env.scale.pairs,
            || after(env.serve(&store.url, RATE, Side::Server)?),
            idle,
        )?;
        store.due(env, 0)?;
        let beside_bare = Compared::turn_about(env.scale.pairs, idle, || bare.memory())?;
        lines.push(Line {
            what: format!(
                "{} connections in mid-sweep ÷ none, {}",
                store.big.accounts,
                kind.name()
            ),
            compared: full,
            goal: Goal::AtMost(1.2),
            unit: "MB",
        });
        lines.push(Line {
            what: format!("idle ÷ bare axum and sqlx, {}", kind.name()),
            compared: beside_bare,
            goal: Goal::AtMost(2.0),
            unit: "MB",
        });
    }
    Ok(Table {
        number: 10,
        title: "Memory",
        method: format!(
            "The process's proportional share of all its pages (`Pss` of `smaps_rollup`), a new \
             process each time: while it sweeps {RATE} connections a second with all due ÷ on an \
             empty database; and on an empty database ÷ the bare server of row 1."
        ),
        lines,
    })
}
