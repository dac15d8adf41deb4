//! 8: how fast and how fairly a backlog is processed after an outage.

use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::store::Kind;
use crate::bench::table::{Goal, Line, Table};
use anyhow::Result;
use std::time::Duration;

/// The set rate, in requests a second.
const RATE: u32 = 100;
const PATIENCE: Duration = Duration::from_secs(60);

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let mut lines = Vec::new();
    let due = u64::from(RATE) * u64::try_from(env.scale.backlog.as_millis())? / 1000;
    for kind in Kind::BOTH {
        let store = env.store(kind)?;
        let (mut times, mut peaks) = (Vec::new(), Vec::new());
        for _ in 0..env.scale.pairs {
            let refreshed = store.refreshed(env, due, PATIENCE, || {
                env.serve(&store.url, RATE, Side::Server)
            })?;
            #[allow(clippy::cast_precision_loss)]
            let allowed = due as f64 / f64::from(RATE);
            times.push((refreshed.seconds(), allowed));
            peaks.push((refreshed.peak(), f64::from(RATE)));
        }
        lines.push(Line {
            what: format!("time until all is stored, {}", kind.name()),
            compared: Compared::of(times),
            goal: Goal::AtMost(1.1),
            unit: "s",
        });
        lines.push(Line {
            what: format!("most requests within a second, {}", kind.name()),
            compared: Compared::of(peaks),
            goal: Goal::AtMost(1.05),
            unit: "requests",
        });
    }
    Ok(Table {
        number: 8,
        title: "Catching up after an outage, beside what is allowed",
        method: format!(
            "A process that starts with {due} connections due, at `MOORING_REFRESH_RATE={RATE}`: \
             from its first request until the last new token is stored ÷ connections ÷ rate; \
             and the most requests that reached the simulator within any second (not a second \
             of the clock) ÷ the rate."
        ),
        lines,
    })
}
