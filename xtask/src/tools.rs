//! The tools for building and testing; missing ones are installed.

use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of the wasm.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Adds the wasm target to the toolchain.
pub fn wasm_target() -> Result<()> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let library = format!("lib/rustlib/{WASM}/lib");
    if Path::new(&sysroot).join(library).is_dir() {
        return Ok(());
    }
    process::run(Command::new("rustup").args(["target", "add", WASM])).with_context(|| {
        format!("the Rust target {WASM} is missing; install it with `rustup target add {WASM}`")
    })
}

/// Installs the npm packages of `end2end` from its lock file, unless they are there.
pub fn npm_packages() -> Result<()> {
    let folder = paths::end2end();
    let modified = |path: PathBuf| path.metadata().and_then(|about| about.modified()).ok();
    let lock = modified(folder.join("package-lock.json"));
    let installed = modified(folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    if !process::works(Command::new("npm").arg("--version")) {
        bail!(
            "npm is missing; install Node 20 or later with npm (Debian 13: `apt-get install nodejs npm`)"
        );
    }
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(folder),
    )
}

/// An executable of the npm packages.
pub fn npm_executable(name: &str) -> Result<PathBuf> {
    npm_packages()?;
    let path = paths::end2end().join("node_modules/.bin").join(name);
    if !path.exists() {
        bail!("{} is missing; run `npm ci` in end2end", path.display());
    }
    Ok(path)
}

/// Debian's Chromium, or the one that `MOORING_E2E_CHROMIUM` names.
pub fn chromium() -> Result<PathBuf> {
    browser("MOORING_E2E_CHROMIUM", "chromium")
}

/// Debian's Firefox, or the one that `MOORING_E2E_FIREFOX` names.
pub fn firefox() -> Result<PathBuf> {
    browser("MOORING_E2E_FIREFOX", "firefox-esr")
}

/// The browser that the variable names, or Debian's package.
fn browser(variable: &str, package: &str) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Ok(named.into());
    }
    let path = Path::new("/usr/bin").join(package);
    if !path.exists() {
        apt_install(&[package, "fonts-liberation"])?;
    }
    Ok(path)
}

/// The folder with `initdb` and `pg_ctl` of the newest PostgreSQL on this host.
pub fn postgres() -> Result<PathBuf> {
    if let Some(found) = newest_postgres() {
        return Ok(found);
    }
    apt_install(&["postgresql"])?;
    newest_postgres().context("Debian's package postgresql is installed, but initdb is not there")
}

fn newest_postgres() -> Option<PathBuf> {
    std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").exists().then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
}

/// Whether this runs as root, as CI does.
pub fn root_user() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// Installs Debian packages, with sudo if that needs no password.
fn apt_install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    println!("   missing, so Debian's packages are installed: {names}");
    let apt = |words: &[&str]| {
        let mut command = if root_user() {
            Command::new("apt-get")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "apt-get"]);
            sudo
        };
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        process::run(&mut command)
    };
    let install = ["install", "-q", "-y", "--no-install-recommends"];
    apt(&["update", "-q"])
        .and_then(|()| apt(&[&install, packages].concat()))
        .with_context(|| format!("install what is missing: `sudo apt-get install {names}`"))
}

/// Installs Python with virtual environments if it is missing.
pub fn python() -> Result<()> {
    if has_python() {
        return Ok(());
    }
    apt_install(&["python3-venv"])?;
    if !has_python() {
        bail!("Python 3.10 or later with venv is missing");
    }
    Ok(())
}

/// Installs Python if there is none at all; its standard library is enough.
pub fn plain_python() -> Result<()> {
    if process::works(Command::new("python3").arg("--version")) {
        return Ok(());
    }
    apt_install(&["python3"])
}

/// Whether there is a Python that is new enough and can make virtual environments.
pub fn has_python() -> bool {
    let asked = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    process::works(Command::new("python3").args(["-c", asked]))
}

/// Whether a cargo sub-command such as `nextest` is installed.
pub fn has_cargo(subcommand: &str) -> bool {
    process::works(process::cargo().args([subcommand, "--version"]))
}
