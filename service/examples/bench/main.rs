//! The other half of `cargo xtask bench`: what has to run compiled for release beside
//! `mooring` itself. Each command prints one line of JSON when it is done.
// The clock that clippy.toml bans is the product's; here it measures.
#![allow(clippy::disallowed_methods)]

mod bare;
mod database;
mod fill;
mod kept;
mod load;
mod maud_page;
mod rows;
mod seal;
mod update;

use clap::{Parser, Subcommand};
use serde_json::Value;
use std::future::Future;
use tokio::runtime::{Builder, Runtime};

#[derive(Parser)]
#[command(
    name = "bench",
    about = "What `cargo xtask bench` runs beside `mooring`"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a tenant with an app, an API token and many connected accounts
    Fill(fill::Args),
    /// Serve one primary-key SELECT and nothing else
    Bare(bare::Args),
    /// Serve an accounts page whose rows are written by maud
    MaudPage(maud_page::Args),
    /// Ask for paths, as fast as the answers come
    Load(load::Args),
    /// Refresh at the simulator, as fast as the answers come
    Refresh(load::RefreshArgs),
    /// Make connections due
    Due(rows::DueArgs),
    /// Wait until every connection that was due is stored
    Stored(rows::StoredArgs),
    /// Update rows of credentials with the bytes that they hold
    Update(update::Args),
    /// Take what is kept for pages away, or put it back
    Kept(kept::Args),
    /// Seal and open, beside the bare cipher
    Seal(seal::Args),
}

fn main() -> anyhow::Result<()> {
    let result = match Cli::parse().command {
        Command::Fill(args) => on_all_cores(fill::run(args)),
        Command::Bare(args) => on_all_cores(bare::run(args)),
        Command::MaudPage(args) => on_all_cores(maud_page::run(args)),
        Command::Load(args) => on_one_core(load::run(args)),
        Command::Refresh(args) => on_one_core(load::refresh(args)),
        Command::Due(args) => on_one_core(rows::due(args)),
        Command::Stored(args) => on_one_core(rows::stored(args)),
        Command::Update(args) => on_one_core(update::run(args)),
        Command::Kept(args) => on_one_core(kept::run(args)),
        Command::Seal(args) => seal::run(&args),
    }?;
    println!("{result}");
    Ok(())
}

/// As `mooring` runs: a thread for each core that this process may use.
fn on_all_cores(work: impl Future<Output = anyhow::Result<Value>>) -> anyhow::Result<Value> {
    Runtime::new()?.block_on(work)
}

fn on_one_core(work: impl Future<Output = anyhow::Result<Value>>) -> anyhow::Result<Value> {
    Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
