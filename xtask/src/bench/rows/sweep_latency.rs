//! 2: how long token reads take while all connections are due, compared with times
//! when none is.

use super::{FEW, USUAL_RATE, token_path};
use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::store::{Kind, Load};
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;
use std::time::Duration;

/// Due at once: more than are refreshed during one measurement.
const BACKLOG: u64 = 10_000;
/// The sweep looks once a second, so after this time it is running.
const BEGUN: Duration = Duration::from_millis(1_100);
/// How many accounts are read.
const READ: u64 = 1_000;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let path = token_path(store.big.slug);
        for (rate, goal) in [
            (USUAL_RATE, Goal::AtMost(1.3)),
            (10 * USUAL_RATE, Goal::None),
        ] {
            let mooring = env.serve(&store.url, rate, Side::Server)?;
            let load = Load {
                server: &mooring,
                path: &path,
                tenant: &store.big,
                accounts: READ,
                connections: FEW,
            };
            load.run(env)?;
            let compared = Compared::turn_about(
                env.scale.pairs,
                || {
                    store.due(env, BACKLOG.min(store.big.accounts))?;
                    std::thread::sleep(BEGUN);
                    let p99 = load.run(env)?.p99;
                    store.due(env, 0)?;
                    Ok(p99)
                },
                || Ok(load.run(env)?.p99),
            )?;
            lines.push(Line {
                what: format!("p99 in a sweep at {rate} a second, {}", kind.name()),
                compared,
                goal,
                unit: "µs",
            });
        }
    }
    Ok(Table {
        number: 2,
        title: "Token reads during a sweep, beside none",
        method: format!(
            "The time that 99 of 100 token reads stay within over {FEW} connections, each asking \
             as soon as it has its answer, so that the server's core is never idle: while {BACKLOG} \
             connections are due and the sweep works them off ÷ while none is."
        ),
        lines,
    })
}
