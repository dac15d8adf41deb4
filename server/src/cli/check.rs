//! `mooring check`: a list of everything that has to be right.

use super::output::Json;
use crate::{
    private,
    settings::{Settings, SettingsError},
    start::{ONLY_READS, open_database},
};
use domain::time::Timestamp;
use service::{
    Services, audit,
    connections::counts,
    core::{
        database::{Database, Readiness},
        expiry,
    },
    engine::load,
    host::clock::{Clock, SystemClock},
};
use std::process::ExitCode;

/// A clock before this is wrong, because this program did not exist then.
const FIRST_RELEASE: Timestamp = Timestamp::from_unix_seconds(1_767_225_600); // 2026-01-01

struct Finding {
    what: &'static str,
    problem: Option<String>,
    /// What works now but may soon fail; the command does not fail for it.
    warning: Option<String>,
    /// More about the finding.
    note: Option<String>,
}

impl Finding {
    fn new(what: &'static str, result: Result<(), String>) -> Self {
        Self {
            what,
            problem: result.err(),
            warning: None,
            note: None,
        }
    }
}

/// Options of `mooring check`.
#[derive(clap::Args)]
pub struct Check {
    /// Say that the clock is right after it was doubted, so that old things are removed again
    #[arg(long)]
    clock_is_right: bool,
    /// Compare the kept counts with the rows of all tenants, and mend them
    #[arg(long)]
    recount: bool,
    #[command(flatten)]
    output: Json,
}

impl Check {
    /// Prints the list; fails if anything on it is wrong.
    pub async fn run(&self, settings: Result<Settings, SettingsError>) -> ExitCode {
        print(&self.look(settings).await, self.output)
    }

    async fn look(&self, settings: Result<Settings, SettingsError>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let now = SystemClock.now();
        let clock = if now < FIRST_RELEASE {
            Err(format!("it says {now}; set the machine's clock"))
        } else {
            Ok(())
        };
        findings.push(Finding::new("clock", clock));
        let settings = match settings {
            Ok(settings) => settings,
            Err(error) => {
                findings.push(Finding::new("settings", Err(error.to_string())));
                return findings;
            }
        };
        findings.push(Finding::new("settings", Ok(())));
        let keys = settings.vault();
        let db = open_database(&settings).await;
        let found = database(&db).await;
        let usable = found.problem.is_none();
        findings.push(found);
        findings.push(Finding::new("journal", left_in_journals(&settings)));
        let open = private::open_to_others(&settings);
        findings.push(Finding {
            warning: (!open.is_empty()).then(|| open.join("; ")),
            ..Finding::new("files", Ok(()))
        });
        findings.push(Finding {
            warning: unread_proxy(&settings),
            ..Finding::new("egress", Ok(()))
        });
        let services = match (keys, usable) {
            (Err(error), _) => Err(error.to_string()),
            (Ok(_), false) => Err("they can't be tried as long as the database isn't ready".into()),
            (Ok(_), true) => crate::start::services(&settings)
                .await
                .map_err(|error| format!("{error:#}")),
        };
        match services {
            Err(problem) => findings.push(Finding::new("keys", Err(problem))),
            Ok(services) => {
                findings.push(Finding::new("keys", Ok(())));
                findings.push(rate(&services).await);
                findings.push(mail(&services).await);
                findings.push(stream(&services).await);
                if self.recount {
                    findings.push(counts(&services).await);
                }
                let doubt = doubt(&services, self.clock_is_right).await;
                if let Some(clock) = findings.first_mut() {
                    clock.warning = doubt;
                }
            }
        }
        findings
    }
}

fn print(findings: &[Finding], output: Json) -> ExitCode {
    let good = findings.iter().all(|finding| finding.problem.is_none());
    if output.json {
        let items: Vec<_> = findings
            .iter()
            .map(|finding| {
                serde_json::json!({
                    "what": finding.what,
                    "ok": finding.problem.is_none(),
                    "problem": finding.problem,
                    "warning": finding.warning,
                    "note": finding.note,
                })
            })
            .collect();
        println!("{}", serde_json::json!({ "ok": good, "checks": items }));
    } else {
        for finding in findings {
            let what = finding.what;
            match (&finding.problem, &finding.warning) {
                (Some(problem), _) => println!("{what:<10} {problem}"),
                (None, Some(warning)) => println!("{what:<10} warning: {warning}"),
                (None, None) => match &finding.note {
                    Some(note) => println!("{what:<10} ok ({note})"),
                    None => println!("{what:<10} ok"),
                },
            }
        }
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the database can be used, and how it is reached.
async fn database(db: &anyhow::Result<Database>) -> Finding {
    let ready = match db {
        Ok(db) => match db.readiness().await {
            Ok(Readiness::Ready) => Ok(()),
            Ok(Readiness::OnlyReads) => Err(ONLY_READS.into()),
            Ok(Readiness::NotMigrated) if db.is_sqlite() => Err(
                "it is not up to date; `mooring serve` or `mooring migrate` brings it there".into(),
            ),
            Ok(Readiness::NotMigrated) => Err("it is not up to date; run `mooring migrate`".into()),
            Err(error) => Err(format!("it does not answer: {error}")),
        },
        Err(error) => Err(format!("{error:#}")),
    };
    let transport = db.as_ref().ok().map(Database::transport);
    Finding {
        warning: transport.and_then(|t| t.warning()).map(str::to_owned),
        note: transport.map(|t| t.to_string()),
        ..Finding::new("database", ready)
    }
}

/// Whether the clock is too far ahead of the last heartbeat, unless the operator
/// says that it is right.
async fn doubt(services: &Services, clock_is_right: bool) -> Option<String> {
    let looked = async {
        if clock_is_right {
            expiry::is_right(services).await?;
        }
        expiry::look(services).await
    };
    match looked.await {
        Ok(sight) => sight.doubt.map(|ahead| {
            format!(
                "it is {} ahead of the last heartbeat, so nothing that is old is removed; \
                 set the machine's clock, or if it is right, run `mooring check --clock-is-right`",
                ahead.words()
            )
        }),
        Err(error) => Some(format!("it could not be compared: {error}")),
    }
}

/// Whether the kept counts are those of the rows; they are afterwards.
async fn counts(services: &Services) -> Finding {
    let result = match counts::recount(services, true).await {
        Ok(0) => Ok(()),
        Ok(n) => Err(format!(
            "{n} kept counts or states differed from the rows; they are mended now"
        )),
        Err(error) => Err(format!("they could not be compared: {error}")),
    };
    Finding::new("counts", result)
}

/// Whether the rate is high enough to catch up after an outage.
async fn rate(services: &Services) -> Finding {
    let counted = load::count(services).await;
    let warning = counted.as_ref().ok().and_then(|count| {
        let percent = load::too_high(services, *count)?;
        Some(format!(
            "checking {count} connections once every {} takes {percent} % of MOORING_REFRESH_RATE, \
             which leaves too little to catch up after an outage; raise MOORING_REFRESH_RATE \
             as far as Gorgias allows, or MOORING_CHECK_INTERVAL",
            services.config.check_interval.words()
        ))
    });
    Finding {
        warning,
        ..Finding::new("rate", counted.map(drop).map_err(|error| error.to_string()))
    }
}

/// Whether the audit can be streamed, if it is.
async fn stream(services: &Services) -> Finding {
    if services.config.audit_stream.is_none() {
        return Finding {
            note: Some("not set up: it stays in the database".to_owned()),
            ..Finding::new("stream", Ok(()))
        };
    }
    match audit::stream_health(services).await {
        Err(error) => Finding::new("stream", Err(error.to_string())),
        Ok(health) => Finding {
            note: Some(format!("{} entries wait", health.behind)),
            ..Finding::new(
                "stream",
                match health.failing {
                    None => Ok(()),
                    Some((since, why)) => Err(format!(
                        "the audit can't be written to MOORING_AUDIT_STREAM since {}: {why}; {} entries wait in the database and follow when it can",
                        since.absolute(),
                        health.behind
                    )),
                },
            )
        },
    }
}

/// Whether the mail server answers, and takes the login.
async fn mail(services: &Services) -> Finding {
    let Some(settings) = &services.config.mail else {
        return Finding {
            note: Some("not set up: links are copied by hand".to_owned()),
            ..Finding::new("mail", Ok(()))
        };
    };
    let answers = service::mail::preflight(services).await;
    let warning = settings.server.is_plain_elsewhere().then(|| {
        "mails, and the links in them, go to the mail server in plain text; leave tls=off out of MOORING_SMTP_URL if the server knows STARTTLS".to_owned()
    });
    Finding {
        warning,
        ..Finding::new(
            "mail",
            answers.map_err(|problem| format!("{problem}; see MOORING_SMTP_URL")),
        )
    }
}

/// The name of a proxy variable that is set. Other programs obey it, Mooring
/// doesn't: a proxy sees where Mooring connects to, so it has to be set on purpose.
fn unread_proxy(settings: &Settings) -> Option<String> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let name = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find(|name| set(name))?;
    let instead = match settings.gorgias.egress {
        Some(_) => "MOORING_EGRESS_PROXY is used",
        None => "requests go out directly; if they need the proxy, set MOORING_EGRESS_PROXY",
    };
    Some(format!(
        "{name} is set, which Mooring doesn't read; {instead}"
    ))
}

fn left_in_journals(settings: &Settings) -> Result<(), String> {
    let folder = settings.store.data_dir.display();
    match service::engine::journal::set_aside(&settings.store.data_dir) {
        Ok(0) => Ok(()),
        Ok(count) => Err(format!(
            "{count} of the files in {folder}/journal hold answers of Gorgias that can't be opened (*.aside); start `mooring serve` with the database and keys that they were made with. Keep them otherwise: tokens of accounts may be in there and nowhere else"
        )),
        Err(error) => Err(format!(
            "the journals in {folder} can't be read: {error}; let this user read the folder"
        )),
    }
}
