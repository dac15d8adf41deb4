//! `cargo xtask serve`: builds and runs Mooring with the settings of whoever calls it.

use crate::{build, process, steps::Steps};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What `cargo xtask serve` can be told.
#[derive(clap::Args)]
pub struct Args {
    /// Run the optimised build
    #[arg(long)]
    pub release: bool,
    /// Passed on to `mooring serve`
    #[arg(last = true)]
    pub rest: Vec<String>,
}

/// Builds, then runs until the server ends.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    let built = build::all(&mut steps, args.release);
    steps.finish()?;
    let built = built.context("there is nothing to run")?;
    if !has_keys() {
        println!(
            "\nMooring encrypts every secret and needs a key for that. Make one, once, and keep it safe:\n\
             \n    export MOORING_MASTER_KEYS=\"$({} keys generate)\"\n\
             \nOr write it to a file and name that in MOORING_MASTER_KEYS_FILE, or to mooring.toml.\n",
            built.binary.display()
        );
    }
    let mut command = Command::new(&built.binary);
    command
        .arg("serve")
        .args(&args.rest)
        .env("LEPTOS_SITE_ROOT", &built.site);
    println!("$ {}", process::shown(&command));
    // It takes the place of this process, so that signals and the exit code are its own.
    Err(command.exec()).context("cannot start the server")
}

/// Whether a key may be set somewhere; the server itself says if it is wrong.
fn has_keys() -> bool {
    [
        "MOORING_MASTER_KEYS",
        "MOORING_MASTER_KEYS_FILE",
        "MOORING_CONFIG",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some())
        || std::path::Path::new("mooring.toml").exists()
}
