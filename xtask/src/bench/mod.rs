//! `cargo xtask bench`: the costs of Mooring, as ratios of two things measured in the same run.

mod compare;
mod env;
mod host;
mod pages;
mod rows;
mod store;
mod table;

use crate::{paths, process, steps::Steps, test};
use anyhow::{Context, Result};
use clap::ValueEnum;
use env::{BenchEnv, Programs};
use host::Host;
use std::fs;
use std::path::{Path, PathBuf};
use table::Table;

/// The options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Args {
    /// Only these
    #[arg(value_enum)]
    rows: Vec<Row>,
    /// Few, tiny measurements of a debug build: shows that they run, and nothing else
    #[arg(long)]
    short: bool,
}

/// The rows that can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Row {
    /// Token reads a second, beside a bare route
    TokenRead,
    /// How long token reads take during a sweep
    SweepLatency,
    /// Sealing and opening, beside the cipher alone
    Seal,
    /// Refreshes a second, beside what the simulator of Gorgias can answer
    Refreshes,
    /// How fast and how evenly a backlog is worked off
    CatchUp,
    /// Memory with many connections, and with none
    Memory,
    /// Re-encryption, beside a bare UPDATE, and token reads meanwhile
    Reencrypt,
    /// Three processes on one database, beside one
    Processes,
    /// Installations begun, beside a bare redirect, and token reads meanwhile
    Installs,
    /// Accounts pages a second, beside a bare route
    PageServing,
    /// The same beside axum and maud
    PageRendering,
    /// How pages grow with the number of connections
    Pages,
}

impl Row {
    /// Its name on the command line and of its file.
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn measure(self, env: &mut BenchEnv) -> Result<Table> {
        match self {
            Self::TokenRead => rows::token_read::measure(env),
            Self::SweepLatency => rows::sweep_latency::measure(env),
            Self::Seal => rows::seal::measure(env),
            Self::Refreshes => rows::refreshes::measure(env),
            Self::CatchUp => rows::catch_up::measure(env),
            Self::Memory => rows::memory::measure(env),
            Self::Reencrypt => rows::reencrypt::measure(env),
            Self::Processes => rows::processes::measure(env),
            Self::Installs => rows::installs::measure(env),
            Self::PageServing => rows::page_serving::beside_bare(env),
            Self::PageRendering => rows::page_serving::beside_maud(env),
            Self::Pages => rows::pages::measure(env),
        }
    }
}

/// Builds, measures, and writes the tables; if a row fails, the others are still measured.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    let tables = paths::target()?.join("bench");
    fs::create_dir_all(&tables).with_context(|| format!("cannot make {}", tables.display()))?;
    measure(&mut steps, args, &tables);
    steps.finish()
}

fn measure(steps: &mut Steps, args: &Args, tables: &Path) {
    let rerun = if args.short {
        "cargo xtask bench --short"
    } else {
        "cargo xtask bench"
    };
    let Some(programs) = steps.run("Build", rerun, || build(args.short)) else {
        return;
    };
    let Some(mut env) = steps.run("Simulator", rerun, || {
        BenchEnv::new(programs, args.short, tables)
    }) else {
        return;
    };
    let mut all = String::new();
    for &row in Row::value_variants() {
        if !args.rows.is_empty() && !args.rows.contains(&row) {
            continue;
        }
        let command = format!("{rerun} {}", row.name());
        let measured = steps.run(&row.name(), &command, || {
            let table = row.measure(&mut env)?;
            table.print();
            let text = table.markdown(&command);
            let about = Host::look(&env.versions(), args.short);
            let path = tables.join(format!("{}.md", row.name()));
            fs::write(&path, format!("{text}\n{}", about.markdown()))
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(text)
        });
        if let Some(text) = measured {
            all.push_str(&text);
            all.push('\n');
        }
    }
    let about = Host::look(&env.versions(), args.short);
    steps.run("All tables in one file", rerun, || {
        let path = tables.join("all.md");
        fs::write(&path, format!("## Results\n\n{}\n{all}", about.markdown()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("   {}", path.display());
        Ok(())
    });
}

/// Builds `mooring` and the simulator as they ship, then the programs that measure
/// them. These are two steps, since the second needs the code for tests as well. A
/// short run uses what the tests have built, with the same selection of packages:
/// another one would compile most dependencies again.
fn build(short: bool) -> Result<Programs> {
    if short {
        process::run(
            process::cargo()
                .args(["test", "--no-run"])
                .args(test::PACKAGES),
        )?;
    } else {
        for wanted in [
            &["--bin", "mooring", "--bin", "gorgias-simulator"][..],
            &["--example", "bench", "--example", "page"],
        ] {
            // The same packages both times, so that their dependencies are built once.
            let packages = ["-p", "server", "-p", "simulator", "-p", "service"];
            let mut command = process::cargo();
            command.args(["build", "--release"]).args(packages);
            process::run(command.args(wanted))?;
        }
    }
    let folder: PathBuf = paths::binaries(!short)?;
    Ok(Programs {
        mooring: folder.join("mooring"),
        simulator: folder.join("gorgias-simulator"),
        helper: folder.join("examples/bench"),
        page: folder.join("examples/page"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves that every measurement runs and writes its result. The numbers of a
    /// debug build on a busy machine mean nothing, so they are not checked.
    #[test]
    fn a_short_run_writes_a_table_for_each_row() {
        let folder = tempfile::tempdir().unwrap();
        let args = Args {
            rows: Vec::new(),
            short: true,
        };
        let mut steps = Steps::new();
        measure(&mut steps, &args, folder.path());
        steps.finish().unwrap();
        let all = fs::read_to_string(folder.path().join("all.md")).unwrap();
        assert!(all.contains("commit"), "{all}");
        for &row in Row::value_variants() {
            let path = folder.path().join(format!("{}.md", row.name()));
            let text = fs::read_to_string(&path).unwrap();
            let figures: Vec<f64> = text
                .lines()
                .filter(|line| line.starts_with("| "))
                .skip(1)
                .map(|line| line.split(" | ").nth(1).unwrap().parse().unwrap())
                .collect();
            assert!(!figures.is_empty(), "{text}");
            assert!(figures.iter().all(|ratio| *ratio > 0.0), "{text}");
            let first_line = text.lines().next().unwrap();
            assert!(all.contains(first_line), "{first_line} is not in all.md");
        }
    }
}
