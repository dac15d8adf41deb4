//! `cargo xtask build`: the browser's part, the style, then the server.

use crate::{bundle, pack, paths, process, steps::Steps, tools};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// What `cargo xtask build` can be told.
#[derive(clap::Args)]
pub struct Args {
    /// Optimised, hashed and compressed, into `<target>/dist`
    #[arg(long)]
    pub release: bool,
}

/// A finished build.
pub struct Built {
    /// The executable `mooring`.
    pub binary: PathBuf,
    /// The folder of scripts, wasm and style that it serves.
    pub site: PathBuf,
}

/// Builds, with a table of the steps.
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
    let again = if release {
        "cargo xtask build --release"
    } else {
        "cargo xtask build"
    };
    let site = steps.run("Site (wasm, script, style)", again, || site(release))?;
    let binary = steps.run("Server", again, || server(release))?;
    if !release {
        return Some(Built { binary, site });
    }
    steps.run("Distribution", again, || {
        let dist = paths::dist()?;
        pack::finish(&site)?;
        let shipped = dist.join("mooring");
        // A copy over an executable that runs would fail; a new file in its place does not.
        let _ = fs::remove_file(&shipped);
        fs::copy(&binary, &shipped)
            .with_context(|| format!("cannot copy the server to {}", shipped.display()))?;
        Ok(Built {
            binary: shipped,
            site: site.clone(),
        })
    })
}

/// Builds what browsers load and returns its folder.
fn site(release: bool) -> Result<PathBuf> {
    tools::wasm_target()?;
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

/// Builds the executable and returns its path.
fn server(release: bool) -> Result<PathBuf> {
    let mut command = process::cargo();
    command.args(["build", "-p", "server", "--bin", "mooring"]);
    if release {
        command.arg("--release");
    }
    command.env("LEPTOS_OUTPUT_NAME", paths::OUTPUT_NAME);
    process::run(&mut command)?;
    Ok(paths::binaries(release)?.join("mooring"))
}

/// Builds the stand-in for Gorgias and returns its executable.
pub fn simulator() -> Result<PathBuf> {
    process::run(process::cargo().args([
        "build",
        "-p",
        "simulator",
        "--bin",
        "gorgias-simulator",
    ]))?;
    Ok(paths::binaries(false)?.join("gorgias-simulator"))
}
