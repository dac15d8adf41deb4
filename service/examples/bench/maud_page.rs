//! What the accounts page is compared with: an axum route with the same queries, whose
//! rows are written by maud. What stands around the rows is sent as it was captured, which
//! costs nothing.

use crate::fill::services_of;
use anyhow::Context;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    health::Health, health_history::HealthHistory, health_words::NextStep, ids::PersonId,
    slug::Slug, time::Timestamp, zone::Zone,
};
use maud::{Markup, html};
use secrecy::SecretString;
use serde_json::{Value, json};
use service::{
    Actor, Services,
    accounts::members_who_can_own,
    apps::list,
    connections::{
        by_account::{self, AccountsQuery, ListedAccount},
        overview,
        row::AccountRow,
    },
    jobs,
    people::membership,
};
use std::{net::SocketAddr, path::PathBuf, sync::Arc};
use tokio::net::TcpListener;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    database: String,
    #[arg(long, env = "MOORING_MASTER_KEYS")]
    master_keys: SecretString,
    /// Address of the simulator's accounts
    #[arg(long)]
    gorgias: String,
    /// The tenant's short name
    #[arg(long)]
    tenant: Slug,
    /// Whose page it is
    #[arg(long)]
    person: PersonId,
    #[arg(long)]
    listen: SocketAddr,
    /// File with what stands before the rows
    #[arg(long)]
    before: PathBuf,
    /// File with what stands after them
    #[arg(long)]
    after: PathBuf,
}

struct Site {
    services: Services,
    tenant: Slug,
    person: PersonId,
    before: String,
    after: String,
}

pub async fn run(args: Args) -> anyhow::Result<Value> {
    let site = Site {
        services: services_of(&args.database, &args.master_keys, &args.gorgias).await?,
        tenant: args.tenant,
        person: args.person,
        before: std::fs::read_to_string(&args.before)?,
        after: std::fs::read_to_string(&args.after)?,
    };
    let app = Router::new()
        .route("/accounts", get(accounts))
        .with_state(Arc::new(site));
    let listener = TcpListener::bind(args.listen).await?;
    axum::serve(listener, app).await?;
    Ok(json!({}))
}

async fn accounts(State(site): State<Arc<Site>>) -> Response {
    match page(&site).await {
        Ok(page) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response(),
        Err(error) => {
            eprintln!("{error:#}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What Mooring's page reads, but for the session.
async fn page(site: &Site) -> anyhow::Result<String> {
    let services = &site.services;
    let actor = membership::actor(services, site.person, &site.tenant).await?;
    let actor = actor.context("they are no member")?;
    let apps = list::all(&actor).await?;
    let counts = by_account::counts(&actor).await?;
    let snoozed = by_account::snoozed_of_limited(&actor).await?;
    let beat = overview::worker_beat(&actor).await?;
    let tenants = membership::tenants_of(services, site.person).await?;
    let shown = by_account::list(&actor, &AccountsQuery::default()).await;
    let shown = shown.context("no accounts")?;
    let members = members_who_can_own(&actor).await?;
    let tags = by_account::tags(&actor).await?;
    let job = jobs::running(&actor).await?;
    std::hint::black_box((apps, counts, snoozed, beat, tenants, members, tags, job));
    let rows = rows(&actor, &shown.rows).into_string();
    Ok([site.before.as_str(), &rows, &site.after].concat())
}

fn rows(actor: &Actor, shown: &[ListedAccount]) -> Markup {
    html! {
        @for account in shown {
            (row(actor, account))
        }
    }
}

fn row(actor: &Actor, account: &ListedAccount) -> Markup {
    let customer = &account.customer;
    let name = customer.title();
    let Some(first) = account.connections.first() else {
        return html! {};
    };
    let href = href(actor, first);
    let apps: Vec<_> = account
        .connections
        .iter()
        .map(|row| row.app_name.as_str())
        .collect();
    html! {
        tr data-row=(customer.subdomain) {
            td class="c-check" {
                label class="tick" {
                    input type="checkbox" name="account" value=(customer.subdomain) form="bulk" aria-label=(format!("Choose {name}"));
                }
            }
            th scope="row" {
                a href=(href) class="name" { (name) }
                " "
                span class="sub" { " " span class="only-narrow" { (apps.join(", ")) } }
            }
            td class="c-owner" {}
            td class="c-tags" {}
            td class="c-health" {
                div {
                    span data-health=(first.health.code()) class="badge" {
                        (icon(first.health))
                        (first.health.label())
                    }
                    p { (first.explanation.reason) }
                }
            }
            td class="c-app" {
                @for one in &account.connections {
                    span data-health=(one.health.code()) { (one.app_name) }
                }
            }
            td class="c-fine" { (when(first.last_success, actor.now(), actor.zone)) }
            td class="c-history" { (history(first, actor.now())) }
            td class="c-act" { (action(first, &href)) }
        }
    }
}

fn href(actor: &Actor, row: &AccountRow) -> String {
    let (tenant, app, subdomain) = (&actor.tenant_slug, &row.app_slug, &row.subdomain);
    format!("/t/{tenant}/accounts/{app}/{subdomain}")
}

fn icon(health: Health) -> Markup {
    let code = health.code().replace('_', "-");
    html! {
        svg aria-hidden="true" class="icon" {
            use href=(format!("#i-{code}")) {}
        }
    }
}

fn when(at: Option<Timestamp>, now: Timestamp, zone: Zone) -> Markup {
    html! {
        span class="when" {
            @match at {
                Some(at) => {
                    span data-ago=(at.0) { (at.relative(now)) }
                    " "
                    time datetime=(at.rfc3339()) { (at.absolute_in(zone)) }
                }
                None => "Never",
            }
        }
    }
}

/// Top and height of a bar.
const fn bar(health: Health) -> (u8, u8) {
    match health {
        Health::SetupFault | Health::Disconnected => (0, 20),
        Health::StoppingSoon => (5, 15),
        Health::Unchecked | Health::Retrying | Health::Limited => (10, 10),
        Health::Working => (14, 6),
        Health::NotConnected => (17, 3),
    }
}

fn bars(days: &[Option<Health>], kind: Option<Health>, (top, height): (u8, u8)) -> Option<String> {
    let path: String = days
        .iter()
        .enumerate()
        .filter(|(_, day)| **day == kind)
        .map(|(i, _)| format!("M{} {top}h5v{height}h-5z", i * 7))
        .collect();
    (!path.is_empty()).then_some(path)
}

fn history(row: &AccountRow, now: Timestamp) -> Markup {
    let history = HealthHistory::of(now.day(), row.history);
    let days = history.days();
    let runs = days.chunk_by(|a, b| a == b).filter_map(|run| {
        let state = run
            .first()?
            .map_or("no record".to_owned(), |h| h.label().to_lowercase());
        Some(format!("{state} for {}", run.len()))
    });
    let runs: Vec<_> = runs.collect();
    let said = format!("Last {} days: {}", days.len(), runs.join(", then "));
    let width = (days.len() * 7).saturating_sub(2);
    html! {
        svg viewBox=(format!("0 0 {width} 20")) role="img" aria-label=(said) class="health-history" {
            @if let Some(path) = bars(days, None, (19, 1)) {
                path d=(path) {}
            }
            @for health in Health::ALL {
                @if let Some(path) = bars(days, Some(health), bar(health)) {
                    path data-health=(health.code()) d=(path) {}
                }
            }
        }
    }
}

fn action(row: &AccountRow, href: &str) -> Markup {
    match row.explanation.next {
        NextStep::SendLink => html! {
            a data-size="small" data-dialog="link-panel" href=(format!("{href}?link=new#link")) class="button" {
                "Send link"
                span class="sr" { (format!(": {}", row.subdomain)) }
            }
        },
        _ => html! { span class="sr" { "Nothing to do" } },
    }
}
