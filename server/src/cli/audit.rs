//! `mooring audit`

use crate::{settings::Settings, start};
use domain::slug::Slug;
use serde_json::{Value, json};
use service::{
    Services,
    audit::{self, Report, Whose},
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
    output: super::Json,
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
    output: super::Json,
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
    /// Does it; verifying fails if any chain is broken.
    pub async fn run(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let services = start::services(settings).await?;
        let verify = match self {
            Self::Verify(verify) => verify,
            Self::Erase(erase) => return erase.run(&services).await,
        };
        let reports = audit::verify(&services, verify.tenant.as_ref()).await?;
        let good = reports.iter().all(|report| report.broken.is_none());
        if verify.output.json {
            let tenants: Vec<_> = reports.iter().map(as_json).collect();
            println!("{}", json!({ "ok": good, "tenants": tenants }));
        } else {
            for report in &reports {
                println!("{}", line(report));
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

fn as_json(report: &Report) -> Value {
    json!({
        "tenant": report.tenant,
        "ok": report.broken.is_none(),
        "entries": report.good,
        "erased": report.erased,
        "last": report.last,
        "last_at": report.last_at.map(|at| at.rfc3339()),
        "broken": report.broken.map(|broken| json!({
            "entry": broken.number,
            "code": broken.damage.code(),
            "sentence": broken.to_string(),
        })),
    })
}
