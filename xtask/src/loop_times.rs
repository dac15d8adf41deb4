//! `cargo xtask loop-times`: how long a developer waits from saving a file until the result.

use crate::http::Client;
use crate::process::{self, Background, Guard};
use crate::steps::seconds;
use crate::{build, dev_stack, paths, watch};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The options of `cargo xtask loop-times`.
#[derive(clap::Args)]
pub struct Args {
    /// How often each is measured; the shortest time counts, the machine being busy at times
    #[arg(long, default_value_t = 5)]
    runs: u32,
}

/// Longer than any build after a change of one file.
const PATIENCE: Duration = Duration::from_secs(600);

/// Within this time, the watcher's check of the wasm ends, after the page has reloaded.
const PAUSE: Duration = Duration::from_secs(3);

/// The file of a use case, the beginning of its first line, and the filter of its tests.
const USE_CASE: (&str, &str, &str) = ("erase.rs", "actor.require(", "erase");

/// Measures, and prints a line for each result.
pub fn run(args: &Args) -> Result<()> {
    let mut rows = pages(args.runs)?;
    rows.push(use_case(args.runs)?);
    println!("\nShortest of {} runs, and all of them:", args.runs);
    for (name, times) in rows {
        let shortest = times.iter().min().copied().unwrap_or_default();
        let all: Vec<String> = times.iter().copied().map(seconds).collect();
        println!(
            "   {name:<56} {:>8}  ({})",
            seconds(shortest),
            all.join(", ")
        );
    }
    Ok(())
}

type Row = (&'static str, Vec<Duration>);

/// From a change of a page, an island or the style until an open browser gets it.
fn pages(runs: u32) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let address = format!("127.0.0.1:{}", process::free_port()?);
    build::wasm(false)?;
    let keys = process::output(Command::new(build::server(false)?).args(["keys", "generate"]))?;
    let server = Background::start_in_sight(
        Command::new(std::env::current_exe()?)
            .args(["serve", "--watch", "--listen", &address])
            .env("MOORING_PUBLIC_URL", format!("http://{address}"))
            .env("MOORING_DATA_DIR", folder.path())
            .env("MOORING_MASTER_KEYS", keys)
            .env("MOORING_LOG", "warn")
            .env_remove("MOORING_DATABASE_URL"),
    )?;
    let page = format!("http://{address}/signin");
    dev_stack::wait_until_up(&server, &page)?;
    let mut browser = OpenPage::at(&address)?;
    let mut all = Vec::new();
    for (name, file, old, shown_at) in [
        (
            "page: until it is reloaded",
            "app/src/pages/signin.rs",
            "<h1>\"Sign in",
            "/signin",
        ),
        (
            "style: until it is swapped",
            "style/tokens.css",
            ":root {",
            "/pkg/mooring.css",
        ),
    ] {
        let file = Edited::open(&paths::root().join(file))?;
        let mut times = Vec::new();
        for run in 0..runs {
            let mark = format!("looptimes{run}");
            let new = match shown_at {
                "/signin" => format!("{old}{mark}"),
                _ => format!(".{mark}{{order:1}} {old}"),
            };
            let begun = Instant::now();
            file.replace(old, &new)?;
            browser.wait_until(&format!("http://{address}{shown_at}"), &mark)?;
            times.push(begun.elapsed());
            std::thread::sleep(PAUSE);
        }
        drop(file);
        std::thread::sleep(PAUSE);
        all.push((name, times));
    }
    Ok(all)
}

/// From a change of a use case until the result of its tests.
fn use_case(runs: u32) -> Result<Row> {
    let (name, old, filter) = USE_CASE;
    let source = find(&paths::root().join("service/src"), name, old)?
        .with_context(|| format!("service/src has no {name} with {old}"))?;
    let test = || {
        let mut command = process::cargo();
        process::run(command.args(["test", "-p", "service", "--test", "it", filter]))
    };
    test()?;
    let file = Edited::open(&source)?;
    let mut times = Vec::new();
    for run in 0..runs {
        let begun = Instant::now();
        file.replace(old, &format!("std::hint::black_box({run}_u32);\n    {old}"))?;
        test()?;
        times.push(begun.elapsed());
    }
    Ok(("use case: until its tests on SQLite have run", times))
}

/// A file that gets its original content when this is dropped.
struct Edited {
    path: PathBuf,
    text: String,
    _guard: Guard,
}

impl Edited {
    fn open(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let guard = {
            let (path, text) = (path.to_owned(), text.clone());
            Guard::new(move || {
                if let Err(error) = fs::write(&path, text) {
                    eprintln!("xtask: {} stays changed: {error}", path.display());
                }
            })
        };
        Ok(Self {
            path: path.to_owned(),
            text,
            _guard: guard,
        })
    }

    /// Writes the original content with one text replaced.
    fn replace(&self, old: &str, new: &str) -> Result<()> {
        if !self.text.contains(old) {
            bail!("{} has no {old}", self.path.display());
        }
        fs::write(&self.path, self.text.replacen(old, new, 1))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// The events that a browser with an open page gets.
struct OpenPage {
    told: Lines<BufReader<TcpStream>>,
    client: Client,
}

impl OpenPage {
    fn at(address: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {} HTTP/1.1\r\nhost: {address}\r\n\r\n",
            watch::EVENTS
        )?;
        Ok(Self {
            told: BufReader::new(stream).lines(),
            client: Client::new(),
        })
    }

    /// Waits until the address has the mark in it; it is loaded after each event.
    fn wait_until(&mut self, url: &str, mark: &str) -> Result<()> {
        for line in &mut self.told {
            if line?.starts_with("data:") && self.client.get(url)?.body.contains(mark) {
                return Ok(());
            }
        }
        bail!("`cargo xtask serve --watch` ended")
    }
}

/// A file with this name and this text in it.
fn find(folder: &Path, name: &str, text: &str) -> Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name, text)? {
                return Ok(Some(found));
            }
        } else if path.ends_with(name) && fs::read_to_string(&path)?.contains(text) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_file_becomes_what_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        fs::write(&path, "one two").unwrap();
        let file = Edited::open(&path).unwrap();
        file.replace("two", "three").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one three");
        file.replace("one", "four").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "four two");
        assert!(file.replace("five", "six").is_err());
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one two");
    }

    #[test]
    fn what_is_changed_is_there() {
        let has = |path: &Path, text: &str| fs::read_to_string(path).unwrap().contains(text);
        let root = paths::root();
        assert!(has(&root.join("app/src/pages/signin.rs"), "<h1>\"Sign in"));
        assert!(has(&root.join("style/tokens.css"), ":root {"));
        let (name, text, _) = USE_CASE;
        let use_case = find(&root.join("service/src"), name, text).unwrap();
        assert!(use_case.is_some());
    }
}
