//! `mooring mail`

use crate::{settings::Settings, start};

/// Subcommands of `mooring mail`.
#[derive(clap::Subcommand)]
pub enum Mail {
    /// Send a test mail at once and say what the mail server answered
    Test(Test),
}

/// Options of `mooring mail test`.
#[derive(clap::Args)]
pub struct Test {
    /// Who gets it
    #[arg(long, value_name = "E")]
    to: String,
}

impl Mail {
    /// Does what the subcommand says.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let Self::Test(test) = self;
        let services = start::services(settings).await?;
        let answer = service::mail::test(&services, &test.to).await?;
        eprintln!("The mail server took it: {answer}");
        Ok(())
    }
}
