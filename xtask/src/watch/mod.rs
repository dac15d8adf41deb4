//! `cargo xtask serve --watch`: builds what changed, restarts the server, and makes
//! open pages reload.

mod board;
mod changes;
mod page;
mod proxy;
mod round;

use crate::process::{self, Background};
use crate::steps::seconds;
use crate::{build, bundle, dev_stack, paths, tools};
use anyhow::{Context, Result};
use board::Board;
use changes::Work;
use notify::{Event, RecursiveMode, Watcher};
use round::{Outcome, Workshop};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant, SystemTime};

pub use page::EVENTS;

/// How long a request waits for a server that restarts.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds and serves until Ctrl-C; a failed build is shown and doesn't end it.
pub fn run(listen: SocketAddr, rest: &[String]) -> Result<()> {
    tools::wasm_target()?;
    // This comes first, so that no change during the first build is missed.
    let (sender, changes) = mpsc::channel();
    let _watcher = watch(sender)?;
    let board = Arc::new(Board::new());
    let server = SocketAddr::from(([127, 0, 0, 1], process::free_port()?));
    let address = proxy::start(listen, server, board.clone(), PATIENCE)?;
    let mut builder = Builder::new(board, server, rest)?;
    let mut left = round(Work::ALL, &mut builder);
    println!("\nPages: http://{address}. They reload when something changes. Ctrl-C ends it.");
    loop {
        let first = changes.recv().context("nothing is watched any more")?;
        let work = changes::gather(first, |wait| changes.recv_timeout(wait).ok());
        left = round(left.and(work), &mut builder);
    }
}

fn round(work: Work, builder: &mut Builder) -> Work {
    let begun = Instant::now();
    let left = round::carry_out(work, builder);
    process::wait_if_interrupted();
    let end = if left.is_none() {
        "done"
    } else {
        "the rest is tried again with the next change"
    };
    println!("━━ {}: {end}", seconds(begun.elapsed()));
    left
}

/// Sends the work of each change.
fn watch(sender: Sender<Work>) -> Result<impl Watcher> {
    let root = paths::root();
    let mut watcher =
        notify::recommended_watcher(move |event: notify::Result<Event>| match event {
            // Builds read the sources; reading is no change.
            Ok(event) if event.kind.is_access() => (),
            Ok(event) if event.need_rescan() => drop(sender.send(Work::ALL)),
            Ok(event) => {
                for path in event.paths {
                    let path = path.strip_prefix(root).unwrap_or(Path::new(""));
                    let work = Work::after(path);
                    if !work.is_none() {
                        // The receiver is dropped only when this program ends.
                        let _ = sender.send(work);
                    }
                }
            }
            Err(error) => eprintln!("xtask: a change may be missed: {error}"),
        })
        .context("cannot watch files")?;
    let recursive = changes::folders().map(|folder| (folder, RecursiveMode::Recursive));
    let manifests = changes::manifests();
    let flat = manifests.map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive));
    for (folder, mode) in recursive.chain(flat) {
        let path = root.join(folder);
        watcher
            .watch(&path, mode)
            .with_context(|| format!("cannot watch {}", path.display()))?;
    }
    Ok(watcher)
}

/// The implementation that really does the work.
struct Builder<'a> {
    board: Arc<Board>,
    site: PathBuf,
    /// The server's address, behind the proxy.
    address: SocketAddr,
    rest: &'a [String],
    running: Option<Running>,
    /// When the site's wasm was compiled.
    wasm: Option<SystemTime>,
}

/// A running server, and when it was compiled.
struct Running {
    process: Background,
    compiled: SystemTime,
}

impl<'a> Builder<'a> {
    fn new(board: Arc<Board>, address: SocketAddr, rest: &'a [String]) -> Result<Self> {
        let site = paths::debug_site()?;
        fs::create_dir_all(site.join("pkg"))
            .with_context(|| format!("cannot make {}", site.display()))?;
        Ok(Self {
            board,
            site,
            address,
            rest,
            running: None,
            wasm: None,
        })
    }

    fn start(&mut self, binary: &Path) -> Result<()> {
        self.board.down();
        self.running = None;
        let compiled = modified(binary)?;
        let process = Background::start_in_sight(
            Command::new(binary)
                .args(["serve", "--listen", &self.address.to_string()])
                .args(self.rest)
                .env("LEPTOS_SITE_ROOT", &self.site),
        )?;
        dev_stack::wait_until_up(&process, &format!("http://{}/readyz", self.address))?;
        self.running = Some(Running { process, compiled });
        self.board.up();
        Ok(())
    }
}

impl Workshop for Builder<'_> {
    fn style(&mut self) -> Result<()> {
        bundle::style(&self.site.join("pkg"))
    }

    fn icons(&mut self) -> Result<()> {
        bundle::copy_folder(&paths::root().join("public"), &self.site)
    }

    fn server(&mut self) -> Result<Outcome> {
        let binary = build::server(false)?;
        let compiled = modified(&binary)?;
        match &self.running {
            Some(running) if running.process.alive() && running.compiled == compiled => {
                Ok(Outcome::Same)
            }
            _ => self.start(&binary).map(|()| Outcome::Changed),
        }
    }

    fn browser(&mut self) -> Result<Outcome> {
        let wasm = build::wasm(false)?;
        let compiled = Some(modified(&wasm)?);
        if self.wasm == compiled {
            return Ok(Outcome::Same);
        }
        bundle::script(&wasm, &self.site.join("pkg"))?;
        self.wasm = compiled;
        Ok(Outcome::Changed)
    }

    fn reload_style(&mut self) {
        self.board.reload_style();
    }

    fn reload_pages(&mut self) {
        self.board.reload_pages();
    }

    fn failed(&mut self, error: &anyhow::Error) {
        eprintln!("\nxtask: {error:#}");
    }
}

fn modified(path: &Path) -> Result<SystemTime> {
    path.metadata()
        .and_then(|about| about.modified())
        .with_context(|| format!("{} is missing", path.display()))
}
