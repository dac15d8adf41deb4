//! `mooring serve`: what it says as it starts, what it makes on disk, and how it ends.

use crate::cli::{
    PASSWORD, installation, make_owner, make_owner_with, mooring, mooring_after, run, text,
};
use std::{path::Path, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

struct Serving {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Serving {
    fn start(folder: &TempDir) -> Self {
        Self::of(mooring(folder.path(), &["serve"]))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    /// All lines up to and including one that contains the words.
    async fn until(&mut self, words: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(words)) {
                return seen;
            }
        }
        panic!("no {words}: {seen:?}")
    }
}

/// The log has the set-up token until somebody is there, and SIGTERM ends it in order.
#[cfg(unix)]
#[tokio::test]
async fn it_serves_until_it_is_told_to_stop() {
    let folder = installation().await;
    let mut serving = Serving::start(&folder);
    let lines = serving.until("Mooring serves").await;
    let at = lines
        .iter()
        .position(|l| l.trim() == "http://127.0.0.1:3000/setup");
    let token = lines[at.unwrap() + 2].trim();
    assert_eq!(token.len(), 43, "{lines:?}");

    let journal = folder.path().join("data/journal");
    assert_eq!(std::fs::read_dir(&journal).unwrap().count(), 1);
    let pid = serving.child.id().unwrap().to_string();
    let kill = Command::new("kill").args(["-TERM", &pid]).status().await;
    assert!(kill.unwrap().success());
    serving.until("Mooring has stopped").await;
    assert!(serving.child.wait().await.unwrap().success());
    assert_eq!(std::fs::read_dir(&journal).unwrap().count(), 0);

    assert!(make_owner(&folder).await.status.success());
    let mut serving = Serving::start(&folder);
    let lines = serving.until("Mooring serves").await;
    assert!(
        !lines.iter().any(|line| line.contains("set-up token")),
        "{lines:?}"
    );
}

/// The port is taken before the set-up token is told: it would be of no use.
#[tokio::test]
async fn a_port_that_is_taken_is_told_first() {
    let folder = installation().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&folder, &["serve", "--listen", &address]).await;
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains(&format!("MOORING_LISTEN: {address}")),
        "{error}"
    );
    assert!(!error.contains("set-up token"), "{error}");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = installation().await;
    std::fs::write(folder.path().join("file"), "").unwrap();
    let output = run(&folder, &["serve", "--data-dir", "file/data"]).await;
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("MOORING_DATA_DIR: the folder "), "{error}");
    assert!(error.contains("file/data can't be made"), "{error}");
    let url = format!("sqlite://{}/file/x.db", folder.path().display());
    let output = run(&folder, &["migrate", "--database-url", &url]).await;
    let error = text(&output.stderr);
    assert!(error.contains("MOORING_DATABASE_URL: the "), "{error}");
}

#[tokio::test]
async fn a_proxy_of_other_programs_is_told_and_not_used() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let check = async |args: &[&str]| {
        let args = [&["check"], args].concat();
        let mut command = mooring(folder.path(), &args);
        let output = command.env("HTTPS_PROXY", "http://u:canary@127.0.0.1:1");
        let output = output.output().await.unwrap();
        assert_eq!(output.status.code(), Some(0));
        text(&output.stdout).to_owned()
    };
    let told = check(&[]).await;
    assert!(told.contains("warning: HTTPS_PROXY is set"), "{told}");
    assert!(told.contains("set MOORING_EGRESS_PROXY"), "{told}");
    let told = check(&["--egress-proxy", "http://u:canary@proxy.example:3128"]).await;
    assert!(told.contains("MOORING_EGRESS_PROXY is used"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    let output = run(&folder, &["check", "--egress-proxy", "canary"]).await;
    let told = text(&output.stdout);
    assert!(
        told.contains("--egress-proxy: it is not the address of a proxy"),
        "{told}"
    );
    assert!(!told.contains("canary"), "{told}");
}

/// Everything in a folder and beneath, with its permissions.
#[cfg(unix)]
fn modes(folder: &Path) -> Vec<(String, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                folders.push(entry.path());
            }
            let name = entry.file_name().into_string().unwrap();
            found.push((name, metadata.permissions().mode() & 0o777));
        }
    }
    found
}

/// security.md 77. The process's own umask covers the mode with which folders are
/// made: each alone would do for them.
#[cfg(unix)]
#[tokio::test]
async fn s77_what_is_made_on_disk_is_the_owners_alone_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = installation().await;
    let data = folder.path().join("data");
    // As somebody may have made it: beneath, all is private nevertheless.
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).unwrap();
    let command = mooring_after("umask 000", folder.path(), &["serve"]);
    let mut serving = Serving::of(command);
    let lines = serving.until("Mooring serves").await;
    let told = format!("others can look into the folder {}", data.display());
    assert!(lines.iter().any(|line| line.contains(&told)), "{lines:?}");
    let found = modes(&data);
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["mooring.db", "mooring.db-wal", "mooring.db-shm", "journal"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(
        names.iter().any(|name| name.ends_with(".journal")),
        "{names:?}"
    );
    for (name, mode) in &found {
        assert_eq!(mode & 0o077, 0, "{name} has {mode:o}");
    }
    drop(serving);

    let check = run(&folder, &["check"]).await;
    let told = text(&check.stdout);
    assert!(
        told.contains("files      warning: others can look into"),
        "{told}"
    );
    assert!(told.contains("chmod 700"), "{told}");
    // The settings file holds a master key.
    let config = folder.path().join("mooring.toml");
    std::fs::set_permissions(&config, PermissionsExt::from_mode(0o644)).unwrap();
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o700)).unwrap();
    let check = run(&folder, &["check"]).await;
    let told = text(&check.stdout);
    assert!(
        told.contains("mooring.toml (mode 644), which holds a secret"),
        "{told}"
    );
    std::fs::set_permissions(&config, PermissionsExt::from_mode(0o600)).unwrap();
    let check = run(&folder, &["check"]).await;
    let told = text(&check.stdout);
    assert!(told.contains("files      ok"), "{told}");
    assert_eq!(check.status.code(), Some(0));

    // And folders that Mooring makes itself.
    let args = ["migrate", "--data-dir", "elsewhere/data"];
    let made = mooring_after("umask 000", folder.path(), &args)
        .output()
        .await;
    assert!(made.unwrap().status.success());
    for (name, mode) in modes(&folder.path().join("elsewhere")) {
        assert_eq!(mode & 0o077, 0, "{name} has {mode:o}");
    }
}

/// security.md 88: PowerShell hands a password over in UTF-16.
#[tokio::test]
async fn s88_a_password_from_another_shell_signs_in() {
    let folder = installation().await;
    let utf16: Vec<u8> = format!("\u{feff}{PASSWORD}\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let made = make_owner_with(&folder, &utf16).await;
    assert!(made.status.success(), "{}", text(&made.stderr));
    let mut serving = Serving::start(&folder);
    let lines = serving.until("Mooring serves").await;
    let (_, address) = lines.last().unwrap().split_once("address=").unwrap();
    let address = address.split(' ').next().unwrap();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let answer = http
        .post(format!("http://{address}/signin"))
        .header("origin", "http://127.0.0.1:3000")
        .form(&[("email", "ann@acme.example"), ("password", PASSWORD)])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
}
