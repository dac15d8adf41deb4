//! `mooring audit`

use crate::{settings::Settings, start};
use domain::slug::Slug;
use serde_json::{Value, json};
use service::{
    Services,
    audit::{self, Broken, HeadsReport, Report, Whose},
};
use std::process::ExitCode;

/// Subcommands of `mooring audit`.
#[derive(clap::Subcommand)]
pub enum Audit {
    /// Walk the chain of entries and name the first that isn't as it was written
    Verify(Verify),
    /// Empty name, e-mail and network address in what somebody did; the chain holds
    Erase(Erase),
}

/// Options of `mooring audit verify`.
#[derive(clap::Args)]
pub struct Verify {
    /// The tenant's short name; all tenants if not given
    #[arg(long, value_name = "SLUG")]
    tenant: Option<Slug>,
    #[command(flatten)]
    output: super::output::Json,
}

/// Options of `mooring audit erase`.
#[derive(clap::Args)]
pub struct Erase {
    /// The tenant's short name
    #[arg(long, value_name = "SLUG")]
    tenant: Slug,
    /// Whoever has this e-mail address: a person here or a customer's admin
    #[arg(long, value_name = "E")]
    email: String,
    #[command(flatten)]
    output: super::output::Json,
}

impl Erase {
    async fn run(&self, services: &Services) -> anyhow::Result<ExitCode> {
        let whose = Whose::Email(self.email.trim().to_owned());
        let entries = audit::erase_on_command_line(services, &self.tenant, &whose).await?;
        if self.output.json {
            println!("{}", json!({ "erased": entries }));
        } else {
            println!("{entries} entries erased");
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Audit {
    /// Runs the subcommand; `verify` fails if any chain is broken.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let services = start::services(settings).await?;
        let verify = match self {
            Self::Verify(verify) => verify,
            Self::Erase(erase) => return erase.run(&services).await,
        };
        let reports = audit::verify(&services, verify.tenant.as_ref()).await?;
        // The heads of all tenants are verified only if no tenant was named.
        let heads = match verify.tenant {
            None => Some(audit::verify_heads(&services).await?),
            Some(_) => None,
        };
        let good = reports.iter().all(|report| report.broken.is_none())
            && heads.as_ref().is_none_or(HeadsReport::is_good);
        if verify.output.json {
            let tenants: Vec<_> = reports.iter().map(as_json).collect();
            let heads = heads.as_ref().map(heads_as_json);
            println!(
                "{}",
                json!({ "ok": good, "tenants": tenants, "heads": heads })
            );
        } else {
            for report in &reports {
                println!("{}", line(report));
            }
            for line in heads.iter().flat_map(heads_lines) {
                println!("{line}");
            }
        }
        Ok(if good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn line(report: &Report) -> String {
    let Report {
        tenant, good, last, ..
    } = report;
    match report.broken {
        None => {
            let until = report
                .last_at
                .map(|at| format!(", the last is number {last} of {}", at.rfc3339()))
                .unwrap_or_default();
            format!("{tenant:<24} ok      {good} entries{until}")
        }
        Some(broken) => {
            let place = broken
                .number
                .map_or_else(|| "head".to_owned(), |number| format!("entry {number}"));
            format!("{tenant:<24} broken  {place}: {broken} ({good} good before it)")
        }
    }
}

/// The lines about the log of all tenants' heads, and the tenants whose audit differs from it.
fn heads_lines(report: &HeadsReport) -> Vec<String> {
    let HeadsReport { good, last, .. } = report;
    let of_log = match report.broken {
        None if *good == 0 => "nothing yet; a worker writes it".to_owned(),
        None => {
            let at = report.last_at.map(|at| format!(" of {}", at.rfc3339()));
            let at = at.unwrap_or_default();
            format!("ok      {good} entries, the last is number {last}{at}")
        }
        Some(broken) => {
            let place = broken
                .number
                .map_or_else(|| "end".to_owned(), |number| format!("entry {number}"));
            format!("broken  {place}: {broken} ({good} good before it)")
        }
    };
    let tenants = report
        .tenants
        .iter()
        .map(|tenant| format!("{:<24} broken  {}", tenant.tenant, tenant.damage));
    std::iter::once(format!("{:<24} {of_log}", "(log of all heads)"))
        .chain(tenants)
        .collect()
}

fn heads_as_json(report: &HeadsReport) -> Value {
    json!({
        "ok": report.is_good(),
        "entries": report.good,
        "last": report.last,
        "last_at": report.last_at.map(|at| at.rfc3339()),
        "broken": report.broken.map(broken_as_json),
        "tenants": report.tenants.iter().map(|tenant| json!({
            "tenant": tenant.tenant,
            "code": tenant.damage.code(),
            "sentence": tenant.damage.to_string(),
        })).collect::<Vec<_>>(),
    })
}

fn broken_as_json(broken: Broken) -> Value {
    json!({
        "entry": broken.number,
        "code": broken.damage.code(),
        "sentence": broken.to_string(),
    })
}

fn as_json(report: &Report) -> Value {
    json!({
        "tenant": report.tenant,
        "ok": report.broken.is_none(),
        "entries": report.good,
        "erased": report.erased,
        "last": report.last,
        "last_at": report.last_at.map(|at| at.rfc3339()),
        "broken": report.broken.map(broken_as_json),
    })
}
