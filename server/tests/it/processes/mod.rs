//! Real processes: several `mooring serve` on one database, stopped, killed and
//! continued at random, and what is left of it at the end.
//!
//! Here are short slices; `cargo xtask torture` runs the same for minutes. Where
//! chance strikes is drawn from a seed; how processes are scheduled is not, so
//! that the same seed gives the same run but not to the microsecond.

mod dumps;
mod egress;
mod ends;
mod fleet;
mod flood;
mod keys;
mod kills;
mod leases;
mod serving;
mod storm;
mod torture;
mod writers;

use rand::{SeedableRng, rngs::StdRng};
use std::time::Duration;

/// How often a condition of another process is looked at, and how long at most.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: usize = 1_200;

/// Waits until a condition of another process holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..LOOKS {
        if holds().await {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("in vain waited until {what}");
}

/// Waits until a number is 0, however long that takes, as long as it falls.
async fn until_none(what: &str, mut left: impl AsyncFnMut() -> i64) {
    let mut least = i64::MAX;
    let mut looks = 0;
    loop {
        match left().await {
            0 => return,
            fewer if fewer < least => (least, looks) = (fewer, 0),
            _ => looks += 1,
        }
        assert!(looks < LOOKS, "in vain waited until {what}: {least} left");
        tokio::time::sleep(LOOK).await;
    }
}

/// Chance that can be had again.
fn chance(seed: u64) -> StdRng {
    println!("   seed {seed}");
    StdRng::seed_from_u64(seed)
}
