//! Sealing and opening, beside the cipher that it is made of: measured by criterion.

use aes_gcm::{
    Aes256Gcm, Key,
    aead::{Aead, Generate, KeyInit, Nonce},
};
use anyhow::Context;
use criterion::Criterion;
use secrecy::SecretString;
use serde_json::{Value, json};
use service::testing::Cipher;
use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::Duration,
};

#[derive(clap::Args)]
pub struct Args {
    /// How often each is measured, turn about
    #[arg(long)]
    pairs: usize,
    /// How long each time, in milliseconds
    #[arg(long)]
    millis: u64,
    /// Length of the secret in bytes
    #[arg(long, default_value_t = 1024)]
    bytes: usize,
    /// Where criterion keeps what it measured
    #[arg(long)]
    output: PathBuf,
}

pub fn run(args: &Args) -> anyhow::Result<Value> {
    let mut criterion = Criterion::default()
        .output_directory(&args.output)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(args.millis / 4 + 1))
        .measurement_time(Duration::from_millis(args.millis))
        .without_plots();
    let text = "s".repeat(args.bytes);
    let secret = SecretString::from(text.as_str());
    let ours = Cipher::new();
    let key = Key::<Aes256Gcm>::generate();
    let mut pairs = Vec::new();
    for pair in 0..args.pairs {
        let name = format!("mooring-{pair}");
        criterion.bench_function(&name, |b| {
            b.iter(|| ours.there_and_back(black_box(&secret)))
        });
        let mooring = median(&args.output, &name)?;
        // As the crate's documentation uses it: a cipher of the key, a fresh nonce.
        let name = format!("aes-gcm-{pair}");
        criterion.bench_function(&name, |b| {
            b.iter(|| {
                let cipher = Aes256Gcm::new(&key);
                let nonce = Nonce::<Aes256Gcm>::generate();
                let sealed = cipher.encrypt(&nonce, black_box(text.as_bytes()));
                sealed.and_then(|sealed| cipher.decrypt(&nonce, sealed.as_slice()))
            });
        });
        let documented = median(&args.output, &name)?;
        // The least that it can be: the cipher kept, the nonce always the same.
        let name = format!("bare-{pair}");
        let (cipher, nonce) = (Aes256Gcm::new(&key), Nonce::<Aes256Gcm>::generate());
        criterion.bench_function(&name, |b| {
            b.iter(|| {
                let sealed = cipher.encrypt(&nonce, black_box(text.as_bytes()));
                sealed.and_then(|sealed| cipher.decrypt(&nonce, sealed.as_slice()))
            });
        });
        let bare = median(&args.output, &name)?;
        pairs.push(json!({"mooring_ns": mooring, "documented_ns": documented, "bare_ns": bare}));
    }
    Ok(json!({"pairs": pairs}))
}

/// The median that criterion wrote down, in nanoseconds.
fn median(output: &Path, name: &str) -> anyhow::Result<f64> {
    let path = output.join(name).join("new/estimates.json");
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    let estimates: Value = serde_json::from_str(&text)?;
    estimates["median"]["point_estimate"]
        .as_f64()
        .with_context(|| format!("no median in {}", path.display()))
}
