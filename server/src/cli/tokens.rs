//! `mooring tokens`

use super::output::Json;
use crate::{
    settings::{Settings, parse::duration},
    start,
};
use domain::{
    ids::ApiTokenId,
    request_rate::RequestRate,
    role::Role,
    slug::Slug,
    time::{Span, Timestamp},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{
    Services,
    api_tokens::{self, ApiTokenRow, Networks, NewApiToken, Overlap},
};

/// Subcommands of `mooring tokens`.
#[derive(clap::Subcommand)]
pub enum Tokens {
    /// Make a token and print it, this once
    Create(Create),
    /// List the tokens of a tenant
    List(List),
    /// Give a token another secret and print it, this once; the old one works for a while
    Rotate(Rotate),
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
    /// How many requests a second it may make; 50 if not given
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// How many requests it may make at once; 200 if not given
    #[arg(long, value_name = "N")]
    burst: Option<u32>,
    #[command(flatten)]
    output: Json,
}

/// Options of `mooring tokens list`.
#[derive(clap::Args)]
pub struct List {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    #[command(flatten)]
    output: Json,
}

/// Options of `mooring tokens rotate`.
#[derive(clap::Args)]
pub struct Rotate {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// The token's id, which `mooring tokens list` names
    #[arg(long, value_name = "ID")]
    id: ApiTokenId,
    /// How long the old secret works: 0, 1h, 24h or 7d
    #[arg(long, value_name = "TIME", default_value_t = Overlap::Day)]
    overlap: Overlap,
    #[command(flatten)]
    output: Json,
}

impl Tokens {
    /// Does what the subcommand says.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<()> {
        let services = start::services(settings).await?;
        match self {
            Self::Create(create) => create.run(&services).await,
            Self::List(list) => list.run(&services).await,
            Self::Rotate(rotate) => rotate.run(&services).await,
        }
    }
}

impl Create {
    async fn run(&self, services: &Services) -> anyhow::Result<()> {
        let new = NewApiToken {
            expires_in: self.expires_in,
            networks: self.networks.clone(),
            rate: RequestRate::of(self.rate, self.burst)?,
            ..NewApiToken::new(&self.name, self.role)
        };
        let token = api_tokens::create_on_command_line(services, &self.tenant, new).await?;
        if self.output.json {
            println!("{}", json!({ "token": token.expose_secret() }));
        } else {
            println!("{}", token.expose_secret());
        }
        Ok(())
    }
}

impl List {
    async fn run(&self, services: &Services) -> anyhow::Result<()> {
        let tenant = &self.tenant;
        let Some(tokens) = api_tokens::list_on_command_line(services, tenant).await? else {
            anyhow::bail!("there is no tenant “{tenant}”; correct --tenant");
        };
        for token in tokens {
            if self.output.json {
                println!("{}", as_json(&token));
            } else {
                println!("{}", line(&token, services.expiry_now()));
            }
        }
        Ok(())
    }
}

impl Rotate {
    async fn run(&self, services: &Services) -> anyhow::Result<()> {
        let (tenant, overlap) = (&self.tenant, self.overlap);
        let rotated =
            api_tokens::rotate_on_command_line(services, tenant, self.id, overlap).await?;
        let until = rotated.old_works_until.map(|at| at.rfc3339());
        if self.output.json {
            let token = rotated.secret.expose_secret();
            println!("{}", json!({ "token": token, "old_works_until": until }));
        } else {
            println!("{}", rotated.secret.expose_secret());
        }
        match until {
            Some(until) => eprintln!("The old secret of {} works until {until}.", rotated.name),
            None => eprintln!("The old secret of {} has ended.", rotated.name),
        }
        Ok(())
    }
}

/// Id, first letters, role, state and name, separated by tabs.
fn line(token: &ApiTokenRow, now: Timestamp) -> String {
    let state = if token.revoked_at.is_some() {
        "revoked".to_owned()
    } else if token.expires_at.is_some_and(|at| at <= now) {
        "expired".to_owned()
    } else {
        match &token.old {
            Some(old) => format!("old secret works until {}", old.works_until.rfc3339()),
            None => "works".to_owned(),
        }
    };
    format!(
        "{}\t{}…\t{}\t{state}\t{}",
        token.id,
        token.prefix,
        token.role.code(),
        token.name
    )
}

fn as_json(token: &ApiTokenRow) -> Value {
    let at = |at: Option<Timestamp>| at.map(|at| at.rfc3339());
    let networks = (!token.networks.is_everywhere()).then(|| token.networks.to_string());
    json!({
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "role": token.role.code(),
        "app": token.app.as_ref().map(|(_, name)| name),
        "networks": networks,
        "requests_per_second": token.rate.per_second(),
        "burst": token.rate.burst(),
        "created_by": token.created_by,
        "created_at": token.created_at.rfc3339(),
        "expires_at": at(token.expires_at),
        "last_used_at": at(token.last_used_at),
        "revoked_at": at(token.revoked_at),
        "rotated_at": at(token.rotated_at),
        "old_works_until": at(token.old.as_ref().map(|old| old.works_until)),
    })
}
