//! The site of a release: file names with hashes, compressed copies, and a size limit.

use crate::paths;
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The greatest size of wasm, script and style together, in bytes after brotli.
const LIMIT: usize = 100_000;

/// The file with the hashes for Leptos.
const HASHES: &str = "hash.txt";

/// Files of one build, with their sizes.
struct Row {
    name: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Hashes names, compresses, prints sizes; fails above the limit.
pub fn finish(site: &Path) -> Result<()> {
    hash_names(&site.join("pkg"), site)?;
    let mut files = Vec::new();
    collect(site, &mut files)?;
    let mut rows = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with(HASHES)) {
        rows.push(compress(site, file)?);
    }
    report(&rows)
}

/// Renames `mooring.js` to `mooring.{hash}.js` and so on, and writes the hashes for Leptos.
fn hash_names(pkg: &Path, site: &Path) -> Result<()> {
    let mut hashes = String::new();
    for kind in ["js", "wasm", "css"] {
        let name = paths::OUTPUT_NAME;
        let plain = pkg.join(format!("{name}.{kind}"));
        let bytes = fs::read(&plain).with_context(|| format!("{} is missing", plain.display()))?;
        let hash = short_hash(&bytes);
        fs::rename(&plain, pkg.join(format!("{name}.{hash}.{kind}")))?;
        hashes.push_str(&format!("{kind}: {hash}\n"));
    }
    fs::write(site.join(HASHES), hashes).context("cannot write the list of hashes")
}

/// 96 bits are enough: the name must change with the content, but it needs no secrecy.
fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn compress(site: &Path, file: &Path) -> Result<Row> {
    let bytes = fs::read(file)?;
    let brotli = brotli(&bytes)?;
    let gzip = gzip(&bytes)?;
    fs::write(with_suffix(file, "br"), &brotli)?;
    fs::write(with_suffix(file, "gz"), &gzip)?;
    Ok(Row {
        name: file
            .strip_prefix(site)
            .unwrap_or(file)
            .display()
            .to_string(),
        raw: bytes.len(),
        gzip: gzip.len(),
        brotli: brotli.len(),
    })
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).context("brotli failed")?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn report(rows: &[Row]) -> Result<()> {
    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or(0)
        .max(18);
    println!(
        "   {:<width$} {:>10} {:>10} {:>10}",
        "file", "raw", "gzip", "brotli"
    );
    for row in rows {
        println!(
            "   {:<width$} {:>10} {:>10} {:>10}",
            row.name, row.raw, row.gzip, row.brotli
        );
    }
    let total = rows
        .iter()
        .filter(|row| counted(&row.name))
        .map(|row| row.brotli)
        .sum::<usize>();
    println!("   wasm, script and style together: {total} bytes of {LIMIT}, brotli");
    if total > LIMIT {
        bail!("the site ships {total} bytes of wasm, script and style; {LIMIT} are allowed");
    }
    Ok(())
}

fn counted(name: &str) -> bool {
    [".wasm", ".js", ".css"]
        .iter()
        .any(|kind| name.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, brotli: usize) -> Row {
        Row {
            name: name.to_owned(),
            raw: brotli * 3,
            gzip: brotli * 2,
            brotli,
        }
    }

    #[test]
    fn names_carry_the_hash_and_every_file_has_compressed_copies() {
        let site = tempfile::tempdir().unwrap();
        let pkg = site.path().join("pkg");
        fs::create_dir(&pkg).unwrap();
        for kind in ["js", "wasm", "css"] {
            fs::write(pkg.join(format!("mooring.{kind}")), "some text ".repeat(50)).unwrap();
        }
        finish(site.path()).unwrap();
        let hashes = fs::read_to_string(site.path().join(HASHES)).unwrap();
        let hash = hashes.lines().next().unwrap().strip_prefix("js: ").unwrap();
        let script = pkg.join(format!("mooring.{hash}.js"));
        let packed = fs::read(with_suffix(&script, "br")).unwrap();
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &packed[..], &mut plain).unwrap();
        assert_eq!(plain, fs::read(&script).unwrap());
        assert!(with_suffix(&script, "gz").exists());
        assert!(!pkg.join("mooring.js").exists());
    }

    #[test]
    fn too_heavy_a_site_fails_and_pictures_do_not_count() {
        assert!(report(&[row("pkg/a.wasm", LIMIT), row("favicon.svg", 5)]).is_ok());
        let error = report(&[row("pkg/a.wasm", LIMIT), row("pkg/a.js", 1)]).unwrap_err();
        assert!(error.to_string().contains("100001 bytes"), "{error}");
    }
}
