//! `cargo xtask pictures`: a picture of every screen, to be looked at by people.

use crate::dev_stack::DevStack;
use crate::{build, paths, process, steps::Steps, test::Browsers};
use anyhow::{Context, Result};
use std::fs;

/// The options of `cargo xtask pictures`.
#[derive(clap::Args)]
pub struct Args {
    /// Only screens whose name holds one of these
    pub filter: Vec<String>,
}

/// Takes the pictures, in both themes and four widths, with the data of the browser tests.
pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new();
    let rerun = "cargo xtask pictures";
    let browsers = steps.run("npm packages and browsers", rerun, Browsers::install);
    let built = build::with_simulator(&mut steps);
    if let (Some(browsers), Some((built, simulator))) = (browsers, built) {
        steps.run("Pictures", rerun, || {
            let folder = paths::pictures()?;
            // Those of all screens replace the ones before; those of some are added.
            if args.filter.is_empty() && folder.exists() {
                fs::remove_dir_all(&folder)
                    .with_context(|| format!("cannot empty {}", folder.display()))?;
            }
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            let mut stack = DevStack::prepare(&built.binary, &simulator, &built.site, None)?;
            stack.serve(&[])?;
            let mut command = browsers.playwright(&stack);
            command.env("MOORING_E2E_PICTURES", &folder);
            command.args(["--project", "pictures"]);
            if !args.filter.is_empty() {
                command.args(["--grep", &args.filter.join("|")]);
            }
            let outcome = process::run(&mut command);
            println!(
                "   leaf through them: {}",
                folder.join("index.html").display()
            );
            outcome
        });
    }
    steps.finish()
}
