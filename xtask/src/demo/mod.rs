//! `cargo xtask demo`: Mooring with a simulator of Gorgias and a month of two vendors, to
//! try it. The month is told by the crate `demo`.

mod check;
pub mod scenario;
pub mod simulator;

use crate::dev_stack::DevStack;
use crate::{build, process, steps::Steps};
use anyhow::{Result, bail};
use serde_json::Value;

/// Short enough that what the panel breaks shows within a minute.
const CHECK_INTERVAL: (&str, &str) = ("MOORING_CHECK_INTERVAL", "1m");

/// The options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Args {
    /// Port of the pages; a free one if not given
    #[arg(long)]
    port: Option<u16>,
    /// End as soon as all is there; fails if a health state, a customer or a page is missing
    #[arg(long)]
    check: bool,
}

/// Builds, tells the month, starts, then runs until Ctrl-C.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    let started = start(&mut steps, args);
    steps.finish()?;
    let Some((stack, month)) = started else {
        return Ok(());
    };
    if args.check {
        return Ok(());
    }
    print(&stack, &month);
    while stack.alive() {
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    process::wait_if_interrupted();
    let log = std::fs::read_to_string(stack.server_log()).unwrap_or_default();
    bail!("the server ended by itself; its log says:\n{log}")
}

fn start(steps: &mut Steps, args: &Args) -> Option<(DevStack, Value)> {
    let rerun = "cargo xtask demo";
    let (built, demo) = build::with_demo(steps)?;
    let (mut stack, month) = steps.run("A month of two vendors", rerun, || {
        DevStack::with_a_month(&built.binary, &demo, &built.site, args.port)
    })?;
    steps.run("Start", rerun, || stack.serve(&[CHECK_INTERVAL]))?;
    if args.check {
        steps.run("What is there", "cargo xtask demo --check", || {
            check::all_is_there(&stack, &month)
        })?;
    }
    Some((stack, month))
}

fn print(stack: &DevStack, month: &Value) {
    let DevStack {
        base, simulator, ..
    } = stack;
    println!(
        "\nMooring is running. Open it and sign in as one of these:\n\
         \n    address    {base}/signin\
         \n    password   {password}, for all of them\n",
        password = stack.password,
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for person in month["people"].as_array().into_iter().flatten() {
        let second = match person["role_in_second"].as_str() {
            Some(role) => format!("{role} in lantern"),
            None => String::new(),
        };
        println!(
            "    {:<22} {:<17} {second}",
            text(&person["email"]),
            text(&person["role"]),
        );
    }
    println!(
        "\nThe tenants: {base}/t/harbour with three apps, {base}/t/lantern with one\
         \nThe panel, which breaks the simulated Gorgias and mends it: {simulator}/panel\
         \nThe mailbox, where all mail ends: {simulator}/mailbox\
         \nWhat the server writes: {log}\
         \n\nWhat the panel does shows within a minute, or at once by “Check now”.\
         \nCtrl-C stops everything and deletes its folder.",
        log = stack.server_log().display(),
    );
}
