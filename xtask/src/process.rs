//! Other programs: starts and follows them, and always stops them in the end.

use anyhow::{Context, Result, bail};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type CleanUp = Box<dyn FnOnce() + Send>;

thread_local! {
    /// Set on the thread that cleans up, which may go on after an interruption.
    static CLEANING: Cell<bool> = const { Cell::new(false) };
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static NEXT: AtomicU64 = AtomicU64::new(0);
static CLEAN_UPS: Mutex<BTreeMap<u64, CleanUp>> = Mutex::new(BTreeMap::new());

fn clean_ups() -> MutexGuard<'static, BTreeMap<u64, CleanUp>> {
    CLEAN_UPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a clean-up when dropped, and also when the program is interrupted.
pub struct Guard(u64);

impl Guard {
    /// Registers a clean-up; the last one registered runs first.
    pub fn new(clean_up: impl FnOnce() + Send + 'static) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        clean_ups().insert(id, Box::new(clean_up));
        Self(id)
    }

    /// Removes the clean-up without running it.
    fn disarm(self) {
        clean_ups().remove(&self.0);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let clean_up = clean_ups().remove(&self.0);
        if let Some(clean_up) = clean_up {
            clean_up();
        }
    }
}

/// On Ctrl-C and SIGTERM, runs the clean-ups of all [`Guard`]s before the program ends.
pub fn clean_up_on_signal() -> Result<()> {
    ctrlc::set_handler(|| {
        CLEANING.set(true);
        INTERRUPTED.store(true, Ordering::SeqCst);
        loop {
            let last = clean_ups().pop_last();
            match last {
                Some((_, clean_up)) => clean_up(),
                None => break,
            }
        }
        std::process::exit(130);
    })
    .context("cannot listen for Ctrl-C")
}

/// After an interruption, waits until the signal handler ends the process, except
/// on its own thread.
pub fn wait_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) && !CLEANING.get() {
        std::thread::park();
    }
}

/// `cargo` in the workspace, without the variables that the outer `cargo run` added.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command.current_dir(crate::paths::root());
    command
}

/// A command as a person would type it.
pub fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    // Only the name: `cargo` instead of a path in the toolchain.
    if let Some(name) = Path::new(&words[0]).file_name() {
        words[0] = name.to_string_lossy().into_owned();
    }
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// Runs a command and shows its output; fails if the command fails.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    let pid = child.id();
    let guard = Guard::new(move || terminate(pid));
    let status = child.wait();
    guard.disarm();
    wait_if_interrupted();
    let status = status.with_context(|| format!("lost sight of `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command and returns its standard output, trimmed; fails if the command fails.
pub fn output(command: &mut Command) -> Result<String> {
    let result = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    wait_if_interrupted();
    if !result.status.success() {
        bail!(
            "`{}` failed ({}): {}",
            shown(command),
            result.status,
            String::from_utf8_lossy(&result.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&result.stdout).trim().to_owned())
}

/// Whether a command succeeds; its output is dropped.
pub fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A server in the background; dropping it sends SIGTERM, then kills it.
pub struct Background {
    pid: u32,
    // Dropped first, so that the process has ended before the things that it used.
    _guard: Guard,
}

impl Background {
    /// Starts a command whose output goes to a file.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = std::fs::File::create(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        Self::start_in_sight(command.stdout(file.try_clone()?).stderr(file))
    }

    /// Starts a command and shows its output, unless the command redirects it.
    pub fn start_in_sight(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start `{}`", shown(command)))?;
        let pid = child.id();
        let guard = Guard::new(move || stop(&mut child));
        Ok(Self { pid, _guard: guard })
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the process still runs (a zombie does not).
    pub fn alive(&self) -> bool {
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .ok()
            .and_then(|stat| Some(stat.rsplit_once(") ")?.1.starts_with('Z')))
            .is_some_and(|zombie| !zombie)
    }
}

/// Asks a process to end (SIGTERM).
fn terminate(pid: u32) {
    works(Command::new("kill").arg(pid.to_string()));
}

fn stop(child: &mut Child) {
    terminate(child.id());
    let patience = Instant::now() + Duration::from_secs(10);
    while Instant::now() < patience {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The port, if it is free: otherwise another program would answer there.
pub fn unused(port: u16) -> Result<u16> {
    std::net::TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} can't be used; give another one with --port"))?;
    Ok(port)
}

/// A TCP port of the loopback address that is free now.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_refused_by_name() {
        let busy = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = busy.local_addr().unwrap().port();
        let error = unused(port).unwrap_err().to_string();
        assert!(
            error.contains(&port.to_string()) && error.contains("--port"),
            "{error}"
        );
    }
}
