//! `mooring check`: everything that has to be right, as a list.

use super::Json;
use crate::{
    settings::{Settings, SettingsError},
    start::open_database,
};
use domain::time::Timestamp;
use service::clock::{Clock, SystemClock};
use std::process::ExitCode;

/// This program did not exist before; a clock that says so is wrong.
const FIRST_RELEASE: Timestamp = Timestamp::from_unix_seconds(1_767_225_600); // 2026-01-01

struct Finding {
    what: &'static str,
    problem: Option<String>,
}

/// Prints the list; fails if anything on it is wrong.
pub async fn run(settings: Result<Settings, SettingsError>, output: Json) -> ExitCode {
    let findings = look(settings).await;
    let good = findings.iter().all(|finding| finding.problem.is_none());
    if output.json {
        let items: Vec<_> = findings
            .iter()
            .map(|finding| {
                serde_json::json!({
                    "what": finding.what,
                    "ok": finding.problem.is_none(),
                    "problem": finding.problem,
                })
            })
            .collect();
        println!("{}", serde_json::json!({ "ok": good, "checks": items }));
    } else {
        for Finding { what, problem } in &findings {
            match problem {
                None => println!("{what:<10} ok"),
                Some(problem) => println!("{what:<10} {problem}"),
            }
        }
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn look(settings: Result<Settings, SettingsError>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |what, result: Result<(), String>| {
        findings.push(Finding {
            what,
            problem: result.err(),
        });
    };
    let now = SystemClock.now();
    add(
        "clock",
        if now < FIRST_RELEASE {
            Err(format!("it says {now}; set the machine's clock"))
        } else {
            Ok(())
        },
    );
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => {
            add("settings", Err(error.to_string()));
            return findings;
        }
    };
    add("settings", Ok(()));
    let keys = settings.master_keys();
    let db = open_database(&settings).await;
    let ready = match &db {
        Ok(db) => match db.is_ready().await {
            Ok(true) => Ok(()),
            Ok(false) if db.is_sqlite() => Err(
                "it is not up to date; `mooring serve` or `mooring migrate` brings it there".into(),
            ),
            Ok(false) => Err("it is not up to date; run `mooring migrate`".into()),
            Err(error) => Err(format!("it does not answer: {error}")),
        },
        Err(error) => Err(format!("{error:#}")),
    };
    let usable = ready.is_ok();
    add("database", ready);
    add(
        "keys",
        match (keys, usable) {
            (Err(error), _) => Err(error.to_string()),
            (Ok(_), false) => Err("they can't be tried as long as the database isn't ready".into()),
            (Ok(_), true) => crate::start::services(&settings)
                .await
                .map(drop)
                .map_err(|error| format!("{error:#}")),
        },
    );
    add("journal", left_in_journals(&settings));
    findings
}

fn left_in_journals(settings: &Settings) -> Result<(), String> {
    let folder = settings.store.data_dir.display();
    match service::journal::set_aside(&settings.store.data_dir) {
        Ok(0) => Ok(()),
        Ok(count) => Err(format!(
            "{count} of the files in {folder}/journal hold answers of Gorgias that can't be opened (*.aside); start `mooring serve` with the database and keys that they were made with, or remove them"
        )),
        Err(error) => Err(format!(
            "the journals in {folder} can't be read: {error}; let this user read the folder"
        )),
    }
}
