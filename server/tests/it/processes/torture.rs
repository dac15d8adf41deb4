//! The same for minutes: `cargo xtask torture`.

use super::{keys::Rotations, kills::Kills, storm::Storm};
use service::testing::backends;
use std::time::{Duration, Instant};

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect(variable))
}

/// Round after round until the minutes are over, one at least; each round has
/// its own seed, and ends a failed run with the command that repeats it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; run `cargo xtask torture`"]
#[allow(clippy::disallowed_methods)] // Real minutes, of somebody who waits.
async fn torture() {
    let minutes = number("MOORING_TORTURE_MINUTES").unwrap_or_default();
    let mut seed = number("MOORING_TORTURE_SEED").unwrap_or_default();
    let begun = Instant::now();
    loop {
        println!("━━ this round alone: cargo xtask torture --minutes 0 --seed {seed}");
        for backend in backends() {
            println!("━━ {backend:?}: kills in mid-refresh");
            Kills { kills: 200, seed }.run(&backend).await;
            println!("━━ {backend:?}: kills in mid-rotation");
            let rotations = Rotations {
                connections: 2_000,
                kills: 10,
                seed,
            };
            rotations.run(&backend).await;
        }
        for faults in [0, 40] {
            println!("━━ three processes, {faults} faults");
            let storm = Storm {
                connections: 10_000,
                faults,
                seed,
            };
            storm.run().await;
        }
        seed += 1;
        if begun.elapsed() >= Duration::from_secs(60 * minutes) {
            return;
        }
    }
}
