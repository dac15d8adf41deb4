//! `cargo xtask serve`: builds and runs Mooring with the caller's settings.

use crate::{build, process, steps::Steps, watch};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The options of `cargo xtask serve`.
#[derive(clap::Args)]
pub struct Args {
    /// Run the optimised build
    #[arg(long)]
    pub release: bool,
    /// Build again when sources change, start the server again, and have open pages reload
    #[arg(long, conflicts_with = "release")]
    pub watch: bool,
    /// Where the pages are with --watch; otherwise `MOORING_LISTEN`, or 127.0.0.1:3000
    #[arg(long, requires = "watch")]
    pub listen: Option<SocketAddr>,
    /// Passed on to `mooring serve`
    #[arg(last = true)]
    pub rest: Vec<String>,
}

/// Builds, then runs until the server ends.
pub fn run(args: &Args) -> Result<()> {
    if args.watch {
        if !has_keys() {
            println!("{}", need_of_keys(&build::server(false)?));
        }
        return watch::run(watched_address(args)?, &args.rest);
    }
    let mut steps = Steps::new();
    let built = build::all(&mut steps, args.release);
    steps.finish()?;
    let built = built.context("there is nothing to run")?;
    if !has_keys() {
        println!("{}", need_of_keys(&built.binary));
    }
    let mut command = Command::new(&built.binary);
    command
        .arg("serve")
        .args(&args.rest)
        .env("LEPTOS_SITE_ROOT", &built.site);
    println!("$ {}", process::shown(&command));
    // The server replaces this process, so that signals and the exit code are its own.
    Err(command.exec()).context("cannot start the server")
}

/// The address of the pages while sources are watched. The settings file is not read for it.
fn watched_address(args: &Args) -> Result<SocketAddr> {
    if let Some(address) = args.listen {
        return Ok(address);
    }
    let set = std::env::var("MOORING_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    set.parse()
        .with_context(|| format!("MOORING_LISTEN is {set}, which is no IP address with a port"))
}

fn need_of_keys(binary: &Path) -> String {
    format!(
        "\nMooring encrypts every secret and needs a key for that. Make one, once, and keep it safe:\n\
         \n    export MOORING_MASTER_KEYS=\"$({} keys generate)\"\n\
         \nOr write it to a file and name that in MOORING_MASTER_KEYS_FILE, or to mooring.toml.\n",
        binary.display()
    )
}

/// Whether a key may be set in some way; the server itself reports a wrong one.
fn has_keys() -> bool {
    [
        "MOORING_MASTER_KEYS",
        "MOORING_MASTER_KEYS_FILE",
        "MOORING_CONFIG",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some())
        || Path::new("mooring.toml").exists()
}
