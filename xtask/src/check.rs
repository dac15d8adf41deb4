//! `cargo xtask check`: formatting and lints.

use crate::process;
use crate::steps::Steps;
use crate::tools::{self, WASM};
use anyhow::Result;

/// The selections of packages for clippy: `ssr` and `hydrate` must never be in the same one.
const LINTS: &[(&str, &[&str])] = &[
    (
        "Lints, server and tests",
        &[
            "-p",
            "domain",
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
            "--all-targets",
        ],
    ),
    // As it ships, without tests: code that only tests use shows here as dead code.
    ("Lints, server as shipped", &["-p", "server"]),
    (
        "Lints, server without key services",
        &["-p", "server", "--no-default-features"],
    ),
    (
        "Lints, browser",
        &[
            "-p",
            "app",
            "--lib",
            "--no-default-features",
            "--features",
            "hydrate",
            "--target",
            WASM,
        ],
    ),
    ("Lints, xtask", &["-p", "xtask", "--all-targets"]),
];

/// Formatting and lints, with a table at the end.
pub fn run() -> Result<()> {
    let mut steps = Steps::new();
    add(&mut steps);
    steps.finish()
}

/// Adds formatting and lints to a run.
pub fn add(steps: &mut Steps) {
    let rerun = "cargo xtask check";
    steps.run("Formatting", "cargo fmt --all", || {
        process::run(process::cargo().args(["fmt", "--all", "--check"]))
    });
    if steps
        .run("Rust target for browsers", rerun, tools::wasm_target)
        .is_none()
    {
        return;
    }
    for (name, selection) in LINTS {
        let words = selection.join(" ");
        steps.run(
            name,
            &format!("cargo clippy {words} -- -D warnings"),
            || {
                process::run(
                    process::cargo()
                        .arg("clippy")
                        .args(*selection)
                        .args(["--", "-D", "warnings"]),
                )
            },
        );
    }
}
