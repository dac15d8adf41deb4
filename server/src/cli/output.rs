//! How data is printed.

use clap::Args;

/// How data is printed.
#[derive(Args, Clone, Copy)]
pub struct Json {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
