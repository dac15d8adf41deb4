//! `cargo xtask demo`: Mooring with a simulator of Gorgias and sample accounts, to try it.

mod samples;
pub mod scenario;
mod seed;
pub mod simulator;

use crate::dev_stack::{DevStack, OWNER, TENANT};
use crate::{build, process, steps::Steps};
use anyhow::{Context, Result, bail};

/// The options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Args {
    /// Port of the pages; a free one if not given
    #[arg(long)]
    port: Option<u16>,
    /// End as soon as the sample accounts are there; fails if a health state is missing
    #[arg(long)]
    check: bool,
}

/// Builds, starts, seeds, then runs until Ctrl-C.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    let started = start(&mut steps, args.port);
    let Some((stack, samples)) = started else {
        return steps.finish();
    };
    steps.finish()?;
    seed::print(&samples);
    if args.check {
        return seed::complete(&samples);
    }
    println!(
        "\nMooring is running. Open it and sign in:\n\
         \n    address    {base}/signin\
         \n    e-mail     {OWNER}\
         \n    password   {password}\
         \n\
         \nThe accounts: {base}/t/{TENANT}/accounts\
         \nThe simulator of Gorgias: {simulator}/_control/accounts\
         \nThe mailbox, where all mail ends: {simulator}/mailbox\
         \nWhat the server writes: {log}\
         \n\nCtrl-C stops everything and deletes its folder.",
        base = stack.base,
        password = stack.password,
        simulator = stack.simulator,
        log = stack.server_log().display(),
    );
    while stack.alive() {
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    process::wait_if_interrupted();
    let log = std::fs::read_to_string(stack.server_log()).unwrap_or_default();
    bail!("the server ended by itself; its log says:\n{log}")
}

fn start(steps: &mut Steps, port: Option<u16>) -> Option<(DevStack, Vec<seed::Sample>)> {
    let rerun = "cargo xtask demo";
    let (built, simulator) = build::with_simulator(steps)?;
    let mut stack = steps.run("Start with an empty database", rerun, || {
        DevStack::prepare(&built.binary, &simulator, &built.site, port)
    })?;
    let samples = steps.run("Sample accounts", rerun, || {
        seed::fill(&mut stack).context("cannot make the sample accounts")
    })?;
    Some((stack, samples))
}
