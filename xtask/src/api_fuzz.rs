//! A property-based test of the machine API: schemathesis makes calls from the
//! description that a running Mooring serves, and checks each answer against it.

use crate::demo::{scenario, simulator::Simulator};
use crate::dev_stack::DevStack;
use crate::http::Client;
use crate::{build, paths, process, steps::Steps, tools};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use ureq::http::Method;

/// Skips this step, also in CI.
const SKIP: &str = "MOORING_SKIP_API_FUZZ";

/// schemathesis and its dependencies, pinned.
const REQUIREMENTS: &str = include_str!("../api-fuzz/requirements.txt");

/// The checks of an answer. Two are left out. One is that calls against the schema
/// are refused: an empty parameter counts as missing, which OpenAPI can't express.
/// The other is that calls by the schema succeed: a text may still be no scope or
/// no address.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,\
    allow_header_conformance,ignored_auth";

/// One run of schemathesis.
struct Run {
    name: &'static str,
    settings: &'static str,
    /// Calls that only the other run makes, since they remove what this run needs.
    without: &'static [&'static str],
}

const RUNS: [Run; 2] = [
    Run {
        name: "known",
        settings: include_str!("../api-fuzz/known.toml"),
        without: &["deleteApp", "disconnect"],
    },
    Run {
        name: "any",
        settings: include_str!("../api-fuzz/any.toml"),
        without: &[],
    },
];

/// Adds the steps.
pub fn add(steps: &mut Steps) {
    let name = "Property-based tests of the machine API (schemathesis)";
    let rerun = "cargo xtask test --only api-fuzz";
    if std::env::var(SKIP).is_ok_and(|value| value == "1") {
        steps.skip(name, &format!("{SKIP}=1"));
        return;
    }
    if !tools::has_python() && std::env::var_os("CI").is_none() {
        steps.skip(name, "Python 3.10 or later with venv is not installed");
        return;
    }
    let Some(schemathesis) = steps.run("schemathesis", rerun, install) else {
        steps.skip(name, "schemathesis is missing");
        return;
    };
    let Some((server, simulator)) = build::server_and_simulator(steps) else {
        steps.skip(name, "there is no build to test");
        return;
    };
    steps.run(name, rerun, || fuzz(&schemathesis, &server, &simulator));
}

fn folder() -> Result<PathBuf> {
    Ok(paths::target()?.join("api-fuzz"))
}

/// Installs the pinned schemathesis into a virtual environment, unless it is there.
fn install() -> Result<PathBuf> {
    tools::python().with_context(|| format!("{SKIP}=1 leaves this step out"))?;
    let folder = folder()?;
    let (venv, pinned) = (folder.join("venv"), folder.join("requirements.txt"));
    let schemathesis = venv.join("bin/schemathesis");
    let is_there = fs::read_to_string(&pinned).is_ok_and(|text| text == REQUIREMENTS);
    if is_there && schemathesis.exists() {
        return Ok(schemathesis);
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv),
    )?;
    let wanted = folder.join("wanted.txt");
    fs::write(&wanted, REQUIREMENTS)?;
    process::run(
        Command::new(venv.join("bin/pip"))
            .args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&wanted),
    )?;
    // This is the last step, so that an interrupted installation is repeated.
    fs::rename(&wanted, &pinned)?;
    Ok(schemathesis)
}

fn fuzz(schemathesis: &Path, server: &Path, simulator: &Path) -> Result<()> {
    let mut stack = DevStack::prepare(server, simulator, &paths::debug_site()?, None)?;
    stack.serve(&[("MOORING_WORKER", "off")])?;
    seed(&stack)?;
    for run in RUNS {
        let settings = stack.folder.join(format!("{}.toml", run.name));
        fs::write(&settings, run.settings)?;
        let mut command = Command::new(schemathesis);
        command.arg("--config-file").arg(&settings).arg("run");
        command.arg(format!("{}/api/v1/openapi.json", stack.base));
        for operation in run.without {
            command.args(["--exclude-operation-id", operation]);
        }
        // The seed makes failures repeatable. The number of examples ends a run,
        // not the clock, so that a slow machine makes the same calls.
        command
            .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
            .args(["--seed", "1", "--max-examples", "300"])
            .args(["--warnings", "off", "--no-color"])
            .env("MOORING_API_TOKEN", &stack.token)
            .current_dir(&stack.folder);
        let outcome = process::run(&mut command);
        if !stack.alive() {
            let log = fs::read_to_string(stack.server_log()).unwrap_or_default();
            bail!("the server ended during the test; its log says:\n{log}");
        }
        outcome?;
    }
    Ok(())
}

/// Makes the app and the account that the runs' settings name.
fn seed(stack: &DevStack) -> Result<()> {
    let client = Client::new();
    let (id, secret) = ("returns-id", "returns-secret");
    let app = json!({
        "name": "Returns",
        "slug": "known",
        "client_id": id,
        "client_secret": secret,
        "scopes": ["openid", "offline", "tickets:read"],
    });
    let url = format!("{}/api/v1/apps", stack.base);
    let made = client.json(Method::POST, &url, Some(&stack.token), Some(&app))?;
    Simulator::new(&client, &stack.simulator).app(id, secret, &made)?;
    let install = made["install_url"].as_str().unwrap_or_default();
    scenario::approve(&Client::new(), &format!("{install}?account=acme-shop"))?;
    let url = format!("{}/api/v1/connections/known/acme-shop/token", stack.base);
    let read = client.json(Method::GET, &url, Some(&stack.token), None);
    read.context("the sample account gives no token").map(drop)
}
