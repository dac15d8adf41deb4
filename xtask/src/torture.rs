//! `cargo xtask torture`: stops and kills processes, for minutes.

use crate::{
    postgres::{Cluster, Purpose},
    process, test,
};
use anyhow::Result;
use std::time::{SystemTime, UNIX_EPOCH};

/// The options of `cargo xtask torture`.
#[derive(clap::Args)]
pub struct Args {
    /// New rounds begin for so long; the one under way is finished
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Where chance begins, to repeat a round; by default another one each time
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the long form of the tests in `server/tests/it/processes`.
pub fn run(args: &Args) -> Result<()> {
    let given = std::env::var(test::POSTGRES).ok();
    let cluster = match &given {
        Some(_) => None,
        None => Some(Cluster::start(Purpose::Tests)?),
    };
    let url = given
        .or_else(|| cluster.as_ref().map(Cluster::url))
        .unwrap_or_default();
    let seed = args.seed.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map(|now| now.as_secs()).unwrap_or_default()
    });
    println!("   seed {seed}");
    process::run(
        process::cargo()
            .arg("test")
            // The same selection as in the tests, so that nothing is built twice.
            .args(test::PACKAGES)
            .args(["--test", "it", "--", "--ignored", "--nocapture", "--exact"])
            .arg("processes::torture::torture")
            .env(test::POSTGRES, url)
            .env("MOORING_TORTURE_MINUTES", args.minutes.to_string())
            .env("MOORING_TORTURE_SEED", seed.to_string()),
    )
}
