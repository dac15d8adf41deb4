//! What others can see of a process's memory.

use super::{fleet::Fleet, serving::Serving};
use rustix::process::{Signal, getuid};
use secrecy::ExposeSecret;
use service::testing::Backend;
use std::{
    fs,
    os::unix::{fs::chown, process::ExitStatusExt},
    path::Path,
    process::Stdio,
};
use tokio::process::Command;

/// Whoever is neither root nor anybody (`nobody` on Linux).
const NOBODY: u32 = 65_534;

/// Root sees everything, so root becomes somebody else for this.
fn not_as_root(command: &mut Command) {
    if getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

/// Gives a folder and what is in it to whom [`not_as_root`] makes of us.
fn hand_over(folder: &Path) {
    if getuid().is_root() {
        for entry in fs::read_dir(folder).unwrap() {
            chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// A program that may dump as much as it likes.
fn dumping(program: &Path, args: &[&str], folder: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "ulimit -c unlimited; exec \"$@\"", "sh"])
        .arg(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MOORING_")) {
        shell.env_remove(name);
    }
    not_as_root(&mut shell);
    shell
}

/// Whether another process of the same user can read its environment.
async fn is_open(pid: u32) -> bool {
    let mut look = Command::new("head");
    look.args(["-c", "1"])
        .arg(format!("/proc/{pid}/environ"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    not_as_root(&mut look);
    look.status().await.unwrap().success()
}

/// The soft and the hard limit of a core dump.
fn limits(pid: u32) -> Vec<String> {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let line = limits.lines().find(|l| l.starts_with("Max core file size"));
    let words = line.unwrap().split_whitespace().skip(4).take(2);
    words.map(str::to_owned).collect()
}

/// Ends it as a crash would; says whether it left a dump.
async fn dumps(mut process: Serving) -> bool {
    process.signal(Signal::ABORT);
    let status = process.ended().await;
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
    status.core_dumped()
}

/// security.md 44: neither a dump nor another process of the same user gets at
/// the memory of a process that holds secrets.
#[tokio::test(flavor = "multi_thread")]
async fn s44_the_memory_of_a_serving_process_stays_its_own() {
    // What it is like without the defences, on this machine.
    let folder = tempfile::tempdir().unwrap();
    hand_over(folder.path());
    let shell = "echo ready >&2; while :; do sleep 1; done";
    let plain = dumping(Path::new("sh"), &["-c", shell], folder.path());
    let mut plain = Serving::start(plain);
    plain.says("ready").await;
    assert!(is_open(plain.pid()).await);
    let unlimited = limits(plain.pid())[0] == "unlimited";
    let dumped = dumps(plain).await;
    if !(unlimited && dumped) {
        println!("   this machine writes no dumps at all; limits and access are looked at alone");
    }

    let fleet = Fleet::on(&Backend::Sqlite).await;
    fleet.connect("shop", 3).await;
    let url = fleet.world.database_url.expose_secret();
    let database = Path::new(url.strip_prefix("sqlite://").unwrap());
    hand_over(database.parent().unwrap());
    // Where cargo puts it, not everybody may look.
    let program = folder.path().join("mooring");
    fs::copy(env!("CARGO_BIN_EXE_mooring"), &program).unwrap();
    let mut command = dumping(&program, &["serve"], folder.path());
    command.envs(fleet.settings("data"));
    let mut mooring = Serving::start(command);
    mooring.address().await;
    fleet.fall_due().await;
    fleet.settled().await;
    fleet.assert_whole().await;

    assert_eq!(limits(mooring.pid()), ["0", "0"]);
    assert!(!is_open(mooring.pid()).await);
    assert!(!dumps(mooring).await);
}
