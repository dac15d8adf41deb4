//! Makes the files that browsers load from compiled wasm and style sheets.

use crate::{paths, process, tools};
use anyhow::{Context, Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use std::fs;
use std::path::Path;
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// Writes the script and its wasm under the names that Leptos uses.
pub fn script(wasm: &Path, pkg: &Path) -> Result<()> {
    let name = paths::OUTPUT_NAME;
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .out_name(name)
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(pkg)
        .with_context(|| format!("wasm-bindgen refused {}", wasm.display()))?;
    // With LEPTOS_OUTPUT_NAME set, pages ask for `mooring.wasm`.
    fs::rename(
        pkg.join(format!("{name}_bg.wasm")),
        pkg.join(format!("{name}.wasm")),
    )
    .context("wasm-bindgen left no wasm file")
}

/// Makes the wasm smaller, in place.
pub fn optimise(pkg: &Path) -> Result<()> {
    let wasm = pkg.join(format!("{}.wasm", paths::OUTPUT_NAME));
    process::run(
        Command::new(tools::npm_executable("wasm-opt")?)
            .args(["-Oz", "--enable-bulk-memory", "--enable-reference-types"])
            .args(["--enable-nontrapping-float-to-int", "--enable-sign-ext"])
            .args(["--enable-mutable-globals", "--enable-multivalue"])
            .arg(&wasm)
            .arg("-o")
            .arg(&wasm),
    )
}

/// Joins `style/main.css` and its imports into one minified file.
pub fn style(pkg: &Path) -> Result<()> {
    let source = paths::root().join("style/main.css");
    let css = bundled(&source)?;
    let file = pkg.join(format!("{}.css", paths::OUTPUT_NAME));
    fs::write(&file, css).with_context(|| format!("cannot write {}", file.display()))
}

fn bundled(source: &Path) -> Result<String> {
    if !source.exists() {
        return Err(anyhow!("{} is missing", source.display()));
    }
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler
        .bundle(source)
        .map_err(|error| anyhow!("style: {error}"))?;
    sheet
        .minify(MinifyOptions::default())
        .map_err(|error| anyhow!("style: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("style: {error}"))?;
    Ok(printed.code)
}

/// Copies a folder and its content; a missing folder is no error.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_become_one_minified_sheet() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.css"), ".a { color: rgb(255, 0, 0); }").unwrap();
        fs::write(
            folder.path().join("main.css"),
            "@import './a.css';\n.b { margin: 0px }",
        )
        .unwrap();
        let css = bundled(&folder.path().join("main.css")).unwrap();
        assert_eq!(css, ".a{color:red}.b{margin:0}");
    }

    #[test]
    fn a_missing_sheet_is_named() {
        let error = bundled(Path::new("/nowhere/main.css"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nowhere/main.css is missing"), "{error}");
    }
}
