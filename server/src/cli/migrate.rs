//! `mooring migrate`

use crate::{settings::Settings, start::open_database};
use anyhow::Context;

/// Options of `mooring migrate`.
#[derive(clap::Args)]
pub struct Migrate {
    /// Take back the newest N steps instead
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    down: Option<u32>,
}

impl Migrate {
    /// Runs the steps that are missing, or takes some back.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let db = open_database(settings).await?;
        match self.down {
            Some(steps) => db
                .migrate_down(steps)
                .await
                .context("a step can't be taken back; those after it are")?,
            None => db
                .migrate()
                .await
                .context("a step failed; those before it stay")?,
        }
        eprintln!("done");
        Ok(())
    }
}
