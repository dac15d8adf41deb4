//! `mooring tokens`

use crate::{
    settings::{Settings, parse::duration},
    start,
};
use domain::{role::Role, slug::Slug, time::Span};
use secrecy::ExposeSecret;
use service::api_tokens::{self, Networks, NewApiToken};

/// Subcommands of `mooring tokens`.
#[derive(clap::Subcommand)]
pub enum Tokens {
    /// Make a token and print it, this once
    Create(Create),
}

/// Options of `mooring tokens create`.
#[derive(clap::Args)]
pub struct Create {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// What the token is for
    #[arg(long, value_name = "N")]
    name: String,
    /// What it may do: backend, viewer, success, operator or owner
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// After how long it ends by itself, such as 90d; never if not given
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires_in: Option<Span>,
    /// Networks that it works from, separated by commas; everywhere if not given
    #[arg(long, value_name = "NETWORKS", default_value_t)]
    networks: Networks,
    #[command(flatten)]
    output: super::output::Json,
}

impl Tokens {
    /// Makes the token.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let Self::Create(create) = self;
        let services = start::services(settings).await?;
        let new = NewApiToken {
            expires_in: create.expires_in,
            networks: create.networks.clone(),
            ..NewApiToken::new(&create.name, create.role)
        };
        let token = api_tokens::create_on_command_line(&services, &create.tenant, new).await?;
        if create.output.json {
            println!("{}", serde_json::json!({ "token": token.expose_secret() }));
        } else {
            println!("{}", token.expose_secret());
        }
        Ok(())
    }
}
