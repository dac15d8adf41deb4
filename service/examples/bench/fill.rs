//! A tenant as it is after years of work: many connected accounts.

use crate::database::{At, Pool};
use anyhow::Context;
use domain::{
    request_rate::{MOST_AT_ONCE, MOST_PER_SECOND, RequestRate},
    role::Role,
    slug::Slug,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use gorgias::{GorgiasTemplate, HttpGorgias, Reaching};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use service::{
    Services,
    api_tokens::{self, NewApiToken},
    apps::{self, form::AppForm},
    core::{config::Config, database::Database},
    encryption::MasterKeys,
    host::clock::SystemClock,
    people,
    testing::fill::{Given, GivenState, connect_all_in},
    vault::Vault,
};
use std::{iter, sync::Arc};

/// Statistics are taken after so many accounts, and again whenever there are ten times as
/// many: autovacuum, which does it in use, is off while we measure, and functions keep the
/// plans they made for empty tables until then.
const FIRST: usize = 1_000;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: At,
    #[arg(long, env = "MOORING_MASTER_KEYS")]
    master_keys: SecretString,
    /// Address of the simulator's accounts
    #[arg(long)]
    gorgias: String,
    /// The tenant's short name, and its app's
    #[arg(long)]
    tenant: Slug,
    /// The app's credentials at the simulator
    #[arg(long)]
    client_id: String,
    #[arg(long)]
    client_secret: SecretString,
    /// Separated by spaces
    #[arg(long)]
    scopes: String,
    /// Accounts are called `{prefix}0`, `{prefix}1`, …
    #[arg(long)]
    prefix: String,
    #[arg(long)]
    accounts: u64,
    /// The grant of `{prefix}0` at the simulator
    #[arg(long)]
    first_grant: u64,
    /// Length of an access token
    #[arg(long, default_value_t = 900)]
    token_bytes: usize,
    /// Of ten accounts, one lost its connection and one lacks a permission; of twenty, one is
    /// tagged "vip", the owner looks after one, and one is snoozed
    #[arg(long)]
    mixed: bool,
    /// The password of the tenant's owner
    #[arg(long, default_value = "nobody signs in here with this")]
    password: String,
}

pub async fn run(args: Args) -> anyhow::Result<Value> {
    let url = SecretString::from(args.at.database.as_str());
    Database::open(&url).await?.migrate().await?;
    let services = services_of(&args.at.database, &args.master_keys, &args.gorgias).await?;
    let email = format!("{}@bench.example", args.tenant);
    let password = SecretString::from(args.password.as_str());
    let person = people::owner::create(&services, &email, &args.tenant, &password).await?;
    let actor = people::membership::actor(&services, person, &args.tenant)
        .await?
        .context("the owner is no member")?;
    let form = AppForm {
        name: args.tenant.to_string(),
        slug: Some(args.tenant.to_string()),
        client_id: args.client_id.clone(),
        client_secret: Some(args.client_secret.clone()),
        scopes: args.scopes.split(' ').map(str::to_owned).collect(),
        ..AppForm::default()
    };
    let app = apps::create::create(&actor, &form).await?;
    let expires_at = services.now().plus(Span::hours(24));
    let accounts = (0..args.accounts).map(|n| account(&args, n, expires_at));
    // A name that can't be one ends it, and shows below.
    let accounts = accounts.map_while(Result::ok);
    let state = |n: u64| match n % 10 {
        3 if args.mixed => GivenState::Lost,
        7 if args.mixed => GivenState::Limited,
        _ => GivenState::Working,
    };
    let pool = args.at.open(1).await?;
    let sqlite = args.at.database.starts_with("sqlite:");
    let mut accounts = accounts.zip((0..).map(state));
    let (mut made, mut next) = (0, FIRST);
    while made < args.accounts {
        let some = accounts.by_ref().take(next);
        let done = connect_all_in(&actor, &app, some).await?;
        if done == 0 {
            break;
        }
        made += done;
        next = 9 * made as usize;
        if !sqlite {
            pool.execute("ANALYZE", &[]).await?;
        }
    }
    account(&args, made, expires_at)?;
    if args.mixed {
        look_after(&pool, &args.prefix).await?;
    }
    // What is measured is the server, so the token's rate is never what ends first.
    let new = NewApiToken {
        rate: RequestRate::new(MOST_PER_SECOND, MOST_AT_ONCE)?,
        ..NewApiToken::new("bench", Role::Operator)
    };
    let token = api_tokens::create_on_command_line(&services, &args.tenant, new).await?;
    let version = if sqlite {
        "SELECT sqlite_version()"
    } else {
        // As autovacuum does soon after.
        pool.execute("VACUUM ANALYZE", &[]).await?;
        "SHOW server_version"
    };
    Ok(json!({
        "connections": made,
        "person": person.to_string(),
        "token": token.expose_secret(),
        "version": pool.text(version).await?,
    }))
}

/// Gives accounts a tag, an owner and a snooze, by their last figures; triggers keep the
/// counts.
async fn look_after(pool: &Pool, prefix: &str) -> anyhow::Result<()> {
    // None of the first page of any size: the page in maud has no such cells.
    let of =
        |ending: &str| format!("subdomain LIKE '{prefix}%{ending}' AND subdomain > '{prefix}5'");
    let owner = "(SELECT m.person_id FROM memberships m WHERE m.tenant_id = accounts.tenant_id)";
    for statement in [
        format!(
            "INSERT INTO account_tags (tenant_id, subdomain, tag_key, tag, health, health_since, snoozed) \
             SELECT tenant_id, subdomain, 'vip', 'vip', health, health_since, snoozed FROM accounts WHERE {}",
            of("5")
        ),
        format!("UPDATE accounts SET owner_id = {owner} WHERE {}", of("4")),
        format!(
            "UPDATE accounts SET snoozed = TRUE, snoozed_in = health, snoozed_at = health_since, \
             snoozed_by = 'bench', snooze_reason = 'bench' WHERE {}",
            of("6")
        ),
    ] {
        pool.execute(&statement, &[]).await?;
    }
    Ok(())
}

/// The use cases on a migrated database.
pub async fn services_of(
    url: &str,
    master_keys: &SecretString,
    gorgias: &str,
) -> anyhow::Result<Services> {
    let db = Database::open(&SecretString::from(url)).await?;
    let gorgias = GorgiasTemplate::parse(gorgias, true)?;
    let client = HttpGorgias::new(
        gorgias.clone(),
        Arc::new(SystemClock),
        Reaching {
            private_network: true,
            ..Reaching::default()
        },
    )?;
    let config = Config {
        public_url: "http://127.0.0.1:3000".into(),
        gorgias,
        check_interval: Span::hours(6),
        refresh_rate: 20,
        audit_retention: None,
        breached_passwords: None,
        audit_stream: None,
        mail: None,
        tenant_creation: Default::default(),
        // Nothing is asked of Gorgias here, so nothing waits to be stored.
        data_dir: std::env::temp_dir(),
        outbound: Default::default(),
    };
    let vault = Vault::new(MasterKeys::parse(master_keys)?);
    let services = Services::new(db, config, vault, Arc::new(client));
    services.vault().check(&services).await?;
    Ok(services)
}

fn account(args: &Args, n: u64, expires_at: Timestamp) -> anyhow::Result<Given> {
    let name = format!("{}{n}", args.prefix);
    let subdomain: Subdomain = name.parse()?;
    let refresh_token = format!("rt_{}_{name}", args.first_grant + n);
    // As long as one of Gorgias' (a JWT signed with RS256), of letters like theirs.
    let access_token: String = format!("at_{n}_")
        .chars()
        .chain(iter::repeat('x'))
        .take(args.token_bytes)
        .collect();
    Ok(Given {
        subdomain,
        access_token: access_token.into(),
        refresh_token: refresh_token.into(),
        expires_at,
    })
}
