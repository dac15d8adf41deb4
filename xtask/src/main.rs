//! `cargo xtask`: builds, runs and tests Mooring, and installs the tools for that.
// clippy.toml bans this clock for the product; here it only measures how long a step took.
#![allow(clippy::disallowed_methods)]

mod api_fuzz;
mod bench;
mod build;
mod bundle;
mod check;
mod demo;
mod dev_stack;
mod http;
mod loop_times;
mod pack;
mod paths;
mod pictures;
mod postgres;
mod process;
mod serve;
mod steps;
mod test;
mod tools;
mod torture;
mod watch;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, runs and tests Mooring, and installs what that needs"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try Mooring: builds it, starts it with a simulator of Gorgias and sample accounts
    Demo(demo::Args),
    /// Run Mooring for real use; what follows `--` goes to `mooring serve`
    Serve(serve::Args),
    /// Build the server and the site; with --release into `<target>/dist`
    Build(build::Args),
    /// Run everything: formatting, lints, tests on both databases, browser tests
    Test(test::Args),
    /// Take pictures of every screen, in both themes and four widths
    Pictures(pictures::Args),
    /// Formatting and lints only
    Check,
    /// Stop, kill and continue processes while thousands of connections fall due, for minutes
    Torture(torture::Args),
    /// Measure: ratios of Mooring to the least that could do the same
    Bench(bench::Args),
    /// Measure how long a developer waits for a changed page, style and use case
    LoopTimes(loop_times::Args),
}

fn main() -> ExitCode {
    let outcome = process::clean_up_on_signal().and_then(|()| match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Pictures(args) => pictures::run(&args),
        Command::Check => check::run(),
        Command::Torture(args) => torture::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::LoopTimes(args) => loop_times::run(&args),
    });
    // The signal handler ends this process when everything is cleaned up.
    process::wait_if_interrupted();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
