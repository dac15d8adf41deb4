//! 6: sealing and opening, compared with the cipher alone.

use crate::bench::compare::Compared;
use crate::bench::env::BenchEnv;
use crate::bench::host::Side;
use crate::bench::table::{Goal, Line, Table};
use anyhow::{Context, Result};
use serde_json::Value;

pub fn measure(env: &mut BenchEnv) -> Result<Table> {
    let output = env.folder().join("criterion");
    let found = env.helper(
        Side::Server,
        &[
            "seal",
            "--pairs",
            &env.scale.pairs.to_string(),
            "--millis",
            &(env.scale.slice.as_millis() / 4).to_string(),
            "--output",
            &output.to_string_lossy(),
        ],
    )?;
    let beside = |other: &str| -> Result<Compared> {
        let number = |pair: &Value, name: &str| {
            pair[name]
                .as_f64()
                .with_context(|| format!("no {name} in {pair}"))
        };
        let pairs = found["pairs"].as_array().context("no pairs")?;
        let pairs = pairs
            .iter()
            .map(|pair| Ok((number(pair, "mooring_ns")?, number(pair, other)?)))
            .collect::<Result<_>>()?;
        Ok(Compared::of(pairs))
    };
    Ok(Table {
        number: 6,
        title: "Sealing and opening 1 KiB, beside the cipher alone",
        method: "What a secret goes through into a row and out of it again, without the row: \
                 context, nonce, encryption, decryption, zeroized buffers; measured by criterion. \
                 Beside the crate `aes-gcm` as its documentation uses it (a cipher made from \
                 the key, a random nonce), and beside the least that it can do (the cipher kept, \
                 one nonce for ever)."
            .to_owned(),
        lines: vec![
            Line {
                what: "beside `aes-gcm` as documented".to_owned(),
                compared: beside("documented_ns")?,
                goal: Goal::AtMost(1.3),
                unit: "ns",
            },
            Line {
                what: "beside `aes-gcm` without key schedule and nonce".to_owned(),
                compared: beside("bare_ns")?,
                goal: Goal::None,
                unit: "ns",
            },
        ],
    })
}
