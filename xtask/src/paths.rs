//! Paths of the workspace and of cargo's target folder.

use crate::process;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Name of the script, wasm and style files. It must be the same in both builds, or
/// pages load other files.
pub const OUTPUT_NAME: &str = "mooring";

pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // The variable at run time comes first: if several clones share a target
        // folder, another clone may have compiled this executable.
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        here.parent().map(Path::to_path_buf).unwrap_or(here)
    })
}

/// The folder of the browser tests, which also holds the npm packages.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// Cargo's target folder, also if `CARGO_TARGET_DIR` or a configuration file sets it.
pub fn target() -> Result<&'static Path> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(found) = TARGET.get() {
        return Ok(found);
    }
    let json =
        process::output(process::cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&json).context("cargo metadata did not answer with JSON")?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target_directory")?;
    Ok(TARGET.get_or_init(|| PathBuf::from(folder)))
}

/// The folder of built executables of one profile, `debug` or `release`.
pub fn binaries(release: bool) -> Result<PathBuf> {
    Ok(target()?.join(if release { "release" } else { "debug" }))
}

/// The folder of a debug build's site.
pub fn debug_site() -> Result<PathBuf> {
    Ok(target()?.join("site"))
}

/// The folder of a release build.
pub fn dist() -> Result<PathBuf> {
    Ok(target()?.join("dist"))
}

/// The folder of pictures of every screen.
pub fn pictures() -> Result<PathBuf> {
    Ok(target()?.join("pictures"))
}
