//! `cargo xtask build`: the wasm, the style, then the server.

use crate::{bundle, pack, paths, process, steps::Steps, tools};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

const SERVER: (&str, &str) = ("server", "mooring");
const SIMULATOR: (&str, &str) = ("simulator", "gorgias-simulator");
const DEMO: (&str, &str) = ("demo", "mooring-demo");

/// The options of `cargo xtask build`.
#[derive(clap::Args)]
pub struct Args {
    /// Optimised, hashed and compressed, into `<target>/dist`
    #[arg(long)]
    pub release: bool,
}

pub struct Built {
    /// The executable `mooring`.
    pub binary: PathBuf,
    /// The folder of scripts, wasm and style that it serves.
    pub site: PathBuf,
}

/// Builds, and prints a table of the steps.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    let built = all(&mut steps, args.release);
    steps.finish()?;
    if let Some(built) = built {
        println!(
            "   server: {}\n   site:   {}",
            built.binary.display(),
            built.site.display()
        );
    }
    Ok(())
}

/// Builds everything as steps; `None` if one of them failed.
pub fn all(steps: &mut Steps, release: bool) -> Option<Built> {
    let rerun = if release {
        "cargo xtask build --release"
    } else {
        "cargo xtask build"
    };
    let site = steps.run("Site (wasm, script, style)", rerun, || site(release))?;
    let binary = steps.run("Server", rerun, || server(release))?;
    if !release {
        return Some(Built { binary, site });
    }
    steps.run("Distribution", rerun, || {
        pack::finish(&site)?;
        let shipped = paths::dist()?.join("mooring");
        // A running executable can't be overwritten, but a new file can replace it.
        let _ = fs::remove_file(&shipped);
        fs::copy(&binary, &shipped)
            .with_context(|| format!("cannot copy the server to {}", shipped.display()))?;
        Ok(Built {
            binary: shipped,
            site: site.clone(),
        })
    })
}

/// Builds everything for development, with the simulator.
pub fn with_simulator(steps: &mut Steps) -> Option<(Built, PathBuf)> {
    with(steps, "Server and simulator", SIMULATOR)
}

/// Builds everything for development, with what fills the demo.
pub fn with_demo(steps: &mut Steps) -> Option<(Built, PathBuf)> {
    with(steps, "Server and demo", DEMO)
}

fn with(steps: &mut Steps, name: &str, other: (&str, &str)) -> Option<(Built, PathBuf)> {
    let rerun = "cargo xtask build";
    let site = steps.run("Site (wasm, script, style)", rerun, || site(false))?;
    // Both in one step: by itself, the other would compile shared dependencies again.
    steps.run(name, rerun, || {
        let binary = executables(false, &[SERVER, other])?;
        let other = paths::binaries(false)?.join(other.1);
        Ok((Built { binary, site }, other))
    })
}

/// Builds the server and the simulator, without the site.
pub fn server_and_simulator(steps: &mut Steps) -> Option<(PathBuf, PathBuf)> {
    steps.run("Server and simulator", "cargo xtask build", || {
        let server = executables(false, &[SERVER, SIMULATOR])?;
        Ok((server, paths::binaries(false)?.join(SIMULATOR.1)))
    })
}

/// Compiles the wasm and returns its file.
pub fn wasm(release: bool) -> Result<PathBuf> {
    let mut command = process::cargo();
    command.args(["rustc", "-p", "app", "--lib", "--crate-type", "cdylib"]);
    command.args([
        "--no-default-features",
        "--features",
        "hydrate",
        "--target",
        tools::WASM,
    ]);
    if release {
        command.args(["--profile", "wasm-release"]);
    }
    command.env("LEPTOS_OUTPUT_NAME", paths::OUTPUT_NAME);
    process::run(&mut command)?;

    let profile = if release { "wasm-release" } else { "debug" };
    let wasm = paths::target()?
        .join(tools::WASM)
        .join(profile)
        .join("app.wasm");
    if !wasm.exists() {
        bail!("cargo built no {}", wasm.display());
    }
    Ok(wasm)
}

/// Builds the site and returns its folder.
fn site(release: bool) -> Result<PathBuf> {
    tools::wasm_target()?;
    let wasm = wasm(release)?;
    let site = if release {
        paths::dist()?.join("site")
    } else {
        paths::debug_site()?
    };
    if site.exists() {
        fs::remove_dir_all(&site).with_context(|| format!("cannot empty {}", site.display()))?;
    }
    let pkg = site.join("pkg");
    fs::create_dir_all(&pkg).with_context(|| format!("cannot make {}", pkg.display()))?;
    bundle::script(&wasm, &pkg)?;
    if release {
        bundle::optimise(&pkg)?;
    }
    bundle::style(&pkg)?;
    bundle::copy_folder(&paths::root().join("public"), &site)?;
    Ok(site)
}

/// Builds the server and returns its executable.
pub fn server(release: bool) -> Result<PathBuf> {
    executables(release, &[SERVER])
}

/// Builds executables, each a package and a name, and returns the path of the first.
fn executables(release: bool, wanted: &[(&str, &str)]) -> Result<PathBuf> {
    let mut command = process::cargo();
    command.arg("build");
    for (package, name) in wanted {
        command.args(["-p", package, "--bin", name]);
    }
    if release {
        command.arg("--release");
    }
    command.env("LEPTOS_OUTPUT_NAME", paths::OUTPUT_NAME);
    process::run(&mut command)?;
    let first = wanted.first().map_or("mooring", |(_, name)| name);
    Ok(paths::binaries(release)?.join(first))
}
