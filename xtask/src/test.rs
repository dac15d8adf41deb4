//! `cargo xtask test`: all tests, one step for each part.

use crate::dev_stack::DevStack;
use crate::postgres::{Cluster, Purpose};
use crate::{api_fuzz, build, check, paths, process, steps::Steps, tools};
use anyhow::{Result, bail};
use std::{path::PathBuf, process::Command};

/// The variable that names a database for the tests, if the caller has one already.
pub const POSTGRES: &str = "MOORING_TEST_POSTGRES_URL";

/// Packages whose tests run together; `hydrate` is never among their features.
pub const PACKAGES: &[&str] = &[
    "-p",
    "domain",
    "-p",
    "gorgias",
    "-p",
    "migration",
    "-p",
    "simulator",
    "-p",
    "service",
    "-p",
    "app",
    "-p",
    "server",
    "-p",
    "demo",
    "--features",
    "service/testing,app/ssr",
];

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Args {
    /// Leave the browser tests out
    #[arg(long)]
    pub skip_browser: bool,
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Part>,
    /// Only tests whose name (in a browser: whose file) holds one of these
    pub filter: Vec<String>,
}

/// One part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Formatting and clippy
    Lint,
    /// Licences, sources and bans of dependencies
    Deny,
    /// Unit and integration tests, on SQLite and PostgreSQL
    Rust,
    /// Calls of the machine API, made from its description (schemathesis)
    ApiFuzz,
    /// Playwright and axe in Chromium, and the story in Firefox
    Browser,
}

impl Args {
    fn wants(&self, part: Part) -> bool {
        (self.only.is_empty() || self.only.contains(&part))
            && !(part == Part::Browser && self.skip_browser)
    }
}

/// Runs the selected parts; later parts run even if an earlier one fails.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    if args.wants(Part::Lint) {
        check::add(&mut steps);
    }
    if args.wants(Part::Deny) {
        deny(&mut steps);
    }
    if args.wants(Part::Rust) {
        rust(&mut steps, &args.filter);
    }
    if args.wants(Part::ApiFuzz) && args.filter.is_empty() {
        api_fuzz::add(&mut steps);
    }
    if args.wants(Part::Browser) {
        browser(&mut steps, &args.filter);
    }
    steps.finish()
}

fn deny(steps: &mut Steps) {
    let name = "Dependencies (cargo-deny)";
    if !tools::has_cargo("deny") {
        steps.skip(name, "cargo-deny is not installed");
        return;
    }
    steps.run(name, "cargo xtask test --only deny", || {
        process::run(process::cargo().args(["deny", "check", "bans", "licenses", "sources"]))
    });
}

fn rust(steps: &mut Steps, filter: &[String]) {
    let rerun = "cargo xtask test --only rust";
    let given = std::env::var(POSTGRES).ok();
    let cluster = match &given {
        Some(_) => None,
        None => match steps.run("PostgreSQL, throw-away", rerun, || {
            Cluster::start(Purpose::Tests)
        }) {
            Some(cluster) => Some(cluster),
            None => {
                steps.skip("Unit and integration tests", "PostgreSQL did not start");
                return;
            }
        },
    };
    let url = given
        .or_else(|| cluster.as_ref().map(Cluster::url))
        .unwrap_or_default();
    let nextest = tools::has_cargo("nextest");
    let name = if nextest {
        "Unit and integration tests (nextest)"
    } else {
        "Unit and integration tests"
    };
    steps.run(name, rerun, || {
        let mut command = process::cargo();
        if nextest {
            command.args(["nextest", "run"]);
        } else {
            command.arg("test");
        }
        command
            .args(PACKAGES)
            .arg("--no-fail-fast")
            .env(POSTGRES, &url);
        add_filter(&mut command, nextest, filter);
        process::run(&mut command)
    });
    if nextest && filter.is_empty() {
        steps.run("Examples in the documentation", rerun, || {
            process::run(
                process::cargo()
                    .args(["test", "--doc"])
                    .args(PACKAGES)
                    .env(POSTGRES, &url),
            )
        });
    }
    if filter.is_empty() {
        steps.run("Tests of xtask", "cargo test -p xtask", || {
            process::run(process::cargo().args(["test", "-p", "xtask"]))
        });
    }
}

/// nextest fails if no test has the name. `cargo test` takes one name before `--`
/// and more after it.
fn add_filter(command: &mut Command, nextest: bool, filter: &[String]) {
    if filter.is_empty() {
        return;
    }
    if nextest {
        command.args(filter);
    } else {
        command.arg("--").args(filter);
    }
}

/// The browsers, with everything else that browser tests need.
pub struct Browsers {
    chromium: PathBuf,
    firefox: PathBuf,
}

impl Browsers {
    pub fn install() -> Result<Self> {
        tools::npm_packages()?;
        tools::plain_python()?;
        Ok(Self {
            chromium: tools::chromium()?,
            firefox: tools::firefox()?,
        })
    }

    /// Playwright on this stack.
    pub fn playwright(&self, stack: &DevStack) -> Command {
        let mut command = Command::new("npx");
        command
            .args(["--no-install", "playwright", "test"])
            .envs(stack.test_environment())
            .env("MOORING_E2E_CHROMIUM", &self.chromium)
            .env("MOORING_E2E_FIREFOX", &self.firefox)
            // Works without a terminal, and the list of tests stays readable in a log.
            .env("FORCE_COLOR", "0")
            .current_dir(paths::end2end());
        command
    }
}

fn browser(steps: &mut Steps, filter: &[String]) {
    let rerun = "cargo xtask test --only browser";
    let Some(browsers) = steps.run("npm packages and browsers", rerun, Browsers::install) else {
        steps.skip("Browser tests", "the packages or a browser are missing");
        return;
    };
    steps.run("Types of the browser tests", rerun, || {
        process::run(
            Command::new("npx")
                .args(["--no-install", "tsc", "--noEmit"])
                .current_dir(paths::end2end()),
        )
    });
    let Some((built, simulator)) = build::with_simulator(steps) else {
        steps.skip("Browser tests", "there is no build to test");
        return;
    };
    steps.run("Browser tests", rerun, || {
        let mut stack = DevStack::prepare(&built.binary, &simulator, &built.site, None)?;
        // The most verbose log, since the tests look for secrets in it.
        stack.serve(&[("MOORING_LOG", "trace")])?;
        let outcome = process::run(browsers.playwright(&stack).args(filter));
        if !stack.alive() {
            let log = std::fs::read_to_string(stack.server_log()).unwrap_or_default();
            bail!("the server ended during the tests; its log says:\n{log}");
        }
        outcome
    });
}
