//! `mooring migrate`

use crate::{settings::Settings, start::open_to_migrate};
use anyhow::Context;

/// Options of `mooring migrate`.
#[derive(clap::Args)]
pub struct Migrate {
    /// Take back the newest N steps instead
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    down: Option<u32>,
    /// Second step of an upgrade, once no process of the version before runs:
    /// take away what only that needed
    #[arg(long, conflicts_with = "down")]
    finish: bool,
}

impl Migrate {
    /// Runs the steps that are missing, or takes some back.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let db = open_to_migrate(settings).await?;
        if let Some(steps) = self.down {
            db.migrate_down(steps)
                .await
                .context("a step can't be taken back; those after it are")?;
            eprintln!("done");
            return Ok(());
        }
        let login = settings.store.login_that_serves();
        let mut notes = db
            .migrate_for(login.as_deref())
            .await
            .context("the database is not up to date; what was done before stays")?;
        if self.finish {
            // This command does it now.
            notes.retain(|note| !note.contains("--finish"));
            notes.extend(db.finish().await.context("not all rights were taken")?);
        }
        for note in notes {
            eprintln!("{note}");
        }
        eprintln!("done");
        Ok(())
    }
}
