//! `mooring owner`

use crate::{settings::Settings, start};
use anyhow::{Context, bail};
use domain::slug::Slug;
use secrecy::SecretString;
use service::{host::text_file, people::owner};
use std::io::{Read, stdin};

/// Subcommands of `mooring owner`.
#[derive(clap::Subcommand)]
pub enum Owner {
    /// Make an owner, and the tenant if there is none
    Create(Create),
}

/// Options of `mooring owner create`.
#[derive(clap::Args)]
pub struct Create {
    /// Their e-mail address
    #[arg(long, value_name = "E")]
    email: String,
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// Read their password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

impl Owner {
    /// Makes the owner.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let Self::Create(create) = self;
        let mut bytes = Vec::new();
        let password = stdin()
            .take(10_000)
            .read_to_end(&mut bytes)
            .and_then(|_| text_file::password(bytes))
            .context("the password can't be read from standard input")?;
        let password = SecretString::from(password);
        let services = start::services(settings).await?;
        match owner::create(&services, &create.email, &create.tenant, &password).await {
            Ok(_) => eprintln!("{} is an owner of {} now", create.email, create.tenant),
            Err(error) => bail!("{error}"),
        }
        Ok(())
    }
}
