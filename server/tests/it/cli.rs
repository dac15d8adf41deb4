//! The binary itself: commands, exit codes, start and stop.

use std::{
    path::Path,
    process::{Output, Stdio},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

const PASSWORD: &str = "correct horse battery staple";

/// The binary with none of the caller's settings, in a folder of its own.
pub fn mooring(folder: &Path, args: &[&str]) -> Command {
    set_up(Command::new(MOORING), folder, args)
}

/// As [`mooring`], after a command of the shell such as `umask 000`.
#[cfg(unix)]
pub fn mooring_after(before: &str, folder: &Path, args: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{before}; exec \"$0\" \"$@\""), MOORING]);
    set_up(shell, folder, args)
}

const MOORING: &str = env!("CARGO_BIN_EXE_mooring");

fn set_up(mut command: Command, folder: &Path, args: &[&str]) -> Command {
    for (name, _) in std::env::vars() {
        if name.starts_with("MOORING_") {
            command.env_remove(name);
        }
    }
    command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

pub async fn run(folder: &TempDir, args: &[&str]) -> Output {
    mooring(folder.path(), args).output().await.unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A folder with settings: a key, and a port that nobody else has.
pub async fn installation() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = run(&folder, &["keys", "generate"]).await;
    assert_eq!(key.status.code(), Some(0));
    let lines = format!(
        "listen = \"127.0.0.1:0\"\nmaster_keys = \"{}\"\nworker = false\n",
        text(&key.stdout).trim()
    );
    std::fs::write(folder.path().join("mooring.toml"), lines).unwrap();
    folder
}

pub async fn make_owner(folder: &TempDir) -> Output {
    make_owner_with(folder, format!("{PASSWORD}\n").as_bytes()).await
}

async fn make_owner_with(folder: &TempDir, password: &[u8]) -> Output {
    let args = [
        "owner",
        "create",
        "--email",
        "ann@acme.example",
        "--tenant",
        "acme",
        "--password-stdin",
    ];
    let mut child = mooring(folder.path(), &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(password).await.unwrap();
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

#[tokio::test]
async fn wrong_usage_is_two_and_failure_is_one() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["nonsense"][..],
        &["serve", "--nonsense"],
        &["tokens", "create"],
        &[],
    ] {
        let output = run(&folder, args).await;
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
    let output = run(&folder, &["serve", "--listen", "here"]).await;
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.starts_with("mooring: --listen: "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert_eq!(run(&folder, &["--help"]).await.status.code(), Some(0));
}

/// security.md 40
#[tokio::test]
async fn s40_without_the_right_key_it_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder, &["serve"]).await;
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("MOORING_MASTER_KEYS"), "{error}");
    assert!(error.contains("mooring keys generate"), "{error}");
    assert!(!folder.path().join("data").exists(), "nothing was made");

    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let other = run(&folder, &["keys", "generate"]).await;
    let other = text(&other.stdout).trim();
    let output = run(&folder, &["serve", "--master-keys", other]).await;
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("MOORING_MASTER_KEYS does not have"),
        "{error}"
    );
}

#[tokio::test]
async fn owners_and_tokens_are_made_without_a_browser() {
    let folder = installation().await;
    let made = make_owner(&folder).await;
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(made.stdout.is_empty());
    let again = make_owner(&folder).await;
    assert_eq!(again.status.code(), Some(1), "there is one already");

    let args = [
        "tokens", "create", "--tenant", "acme", "--name", "x", "--role", "viewer",
    ];
    let token = run(&folder, &args).await;
    assert!(token.status.success());
    let line = text(&token.stdout);
    assert_eq!(line.lines().count(), 1);
    assert!(line.starts_with("mrg_"), "{line}");
    assert!(!text(&token.stderr).contains(line.trim()));
    let elsewhere = args.map(|arg| if arg == "acme" { "nobody" } else { arg });
    let output = run(&folder, &elsewhere).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("nobody"));

    let status = run(&folder, &["keys", "status", "--json"]).await;
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["master_keys"][0]["encrypts"], true);

    let check = run(&folder, &["check", "--json"]).await;
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
    let down = run(&folder, &["migrate", "--down", "1"]).await;
    assert!(down.status.success(), "{}", text(&down.stderr));
    let check = run(&folder, &["check"]).await;
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("not up to date"));
    assert!(run(&folder, &["migrate"]).await.status.success());
    assert_eq!(run(&folder, &["check"]).await.status.code(), Some(0));

    let journal = folder.path().join("data/journal");
    std::fs::create_dir_all(&journal).unwrap();
    std::fs::write(journal.join("one.aside"), "").unwrap();
    let check = run(&folder, &["check"]).await;
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("journal    1 of the files"));
}

/// More than 70 % of the rate: said, with the remedy, but no failure.
#[tokio::test]
async fn check_warns_of_a_rate_that_is_nearly_used_up() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let url = format!("sqlite://{}/data/mooring.db", folder.path().display()).into();
    let connect = async |count: usize| {
        let app = "INSERT OR IGNORE INTO apps (id, tenant_id, slug, name, client_id, requested_scopes, \
                   basic_encoding, pkce, created_at, updated_at) \
                   SELECT x'01', id, 'returns', '', '', '', 'raw', false, 0, 0 FROM tenants";
        service::testing::past(&url, app).await;
        let sql = format!(
            "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {count}) \
             INSERT INTO connections (id, tenant_id, app_id, subdomain, standing, renewable, granted_scopes, \
             missing_scopes, failures, health, health_since, strip, strip_day, due_at, token_version, \
             created_at, updated_at) \
             SELECT randomblob(16), tenants.id, x'01', 'shop-' || hex(randomblob(8)), 'connected', true, '', \
             0, 0, 'working', 0, '', 0, 1, 1, 0, 0 FROM g, tenants"
        );
        assert_eq!(service::testing::past(&url, &sql).await, count as u64);
    };
    let config = folder.path().join("mooring.toml");
    let settings = std::fs::read_to_string(&config).unwrap();
    let settings = settings + "check_interval = \"100s\"\nrefresh_rate = 1\n";
    std::fs::write(config, settings).unwrap();
    let rate = async || {
        let check = run(&folder, &["check", "--json"]).await;
        assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
        let all: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
        let checks = all["checks"].as_array().unwrap();
        checks.iter().find(|c| c["what"] == "rate").unwrap().clone()
    };
    connect(70).await;
    assert_eq!(rate().await["warning"], serde_json::Value::Null);
    connect(1).await;
    let warned = rate().await;
    let warning = warned["warning"].as_str().unwrap();
    assert!(
        warning.contains("71 % of MOORING_REFRESH_RATE"),
        "{warning}"
    );
    assert!(warning.contains("raise"), "{warning}");
    assert_eq!(warned["ok"], true);
    let check = run(&folder, &["check"]).await;
    assert_eq!(check.status.code(), Some(0));
    assert!(
        text(&check.stdout).contains("rate       warning: "),
        "{}",
        text(&check.stdout)
    );
}

/// security.md 41
#[tokio::test]
async fn s41_keys_are_rotated_and_the_old_ones_can_go() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let status = async |args: &[&str]| -> serde_json::Value {
        let all = [&["keys", "status", "--json"], args].concat();
        let output = run(&folder, &all).await;
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let before = status(&[]).await;
    assert_eq!(before["tenants"][0]["tenant"], "acme");
    assert_eq!(before["tenants"][0]["unreadable"], serde_json::json!([]));

    let new = run(&folder, &["keys", "generate"]).await;
    let new = text(&new.stdout).trim().to_owned();
    let file = std::fs::read_to_string(folder.path().join("mooring.toml")).unwrap();
    let old = file.split('"').nth(3).unwrap();
    let both = format!("{new},{old}");
    let args = ["keys", "rotate", "--json", "--master-keys", &both];
    let output = run(&folder, &args).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let done: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        done["handed_over"], 2,
        "the installation's own key and the tenant's"
    );
    assert!(text(&output.stderr).contains("is no longer needed"));
    assert!(text(&output.stderr).contains("acme: has a new data key."));
    let masters = status(&["--master-keys", &both]).await["master_keys"].clone();
    assert_eq!(
        masters[0]["data_keys"], 3,
        "the tenant's former one stays for a day"
    );
    assert_eq!(masters[1]["removable"], true);
    let alone = status(&["--master-keys", &new]).await;
    assert_eq!(alone["master_keys"].as_array().unwrap().len(), 1);

    let args = [
        "keys",
        "rotate",
        "--tenant",
        "nobody",
        "--master-keys",
        &new,
    ];
    let output = run(&folder, &args).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("there is no tenant “nobody”"));
}

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

/// security.md 77
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

#[tokio::test]
async fn s65_verify_names_the_bad_entry() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    for name in ["one", "two", "three"] {
        let args = [
            "tokens", "create", "--tenant", "acme", "--name", name, "--role", "viewer",
        ];
        assert!(run(&folder, &args).await.status.success());
    }
    let good = run(&folder, &["audit", "verify"]).await;
    assert_eq!(good.status.code(), Some(0), "{}", text(&good.stderr));
    let line = text(&good.stdout);
    assert!(line.starts_with("acme "), "{line}");
    assert!(
        line.contains(" ok ") && line.contains("4 entries"),
        "{line}"
    );

    let erase = |email| ["audit", "erase", "--tenant", "acme", "--email", email];
    let nobody = run(&folder, &erase("bea@acme.example")).await;
    assert_eq!(text(&nobody.stdout), "0 entries erased\n");
    let url = format!(
        "sqlite://{}",
        folder.path().join("data/mooring.db").display()
    );
    let edit = "UPDATE audit_entries SET target = 'zero' WHERE number = 3";
    assert_eq!(service::testing::past(&url.into(), edit).await, 1);
    let bad = run(&folder, &["audit", "verify", "--tenant", "acme"]).await;
    assert_eq!(bad.status.code(), Some(1));
    let line = text(&bad.stdout);
    assert!(
        line.contains("broken  entry 3: the entry was changed or moved"),
        "{line}"
    );
    let bad = run(&folder, &["audit", "verify", "--json"]).await;
    assert_eq!(bad.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!(json["ok"], false);
    assert_eq!(json["tenants"][0]["broken"]["entry"], 3);
    assert_eq!(json["tenants"][0]["broken"]["code"], "changed");
    let nobody = run(&folder, &["audit", "verify", "--tenant", "nobody"]).await;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(text(&nobody.stderr).contains("there is no tenant"));
}
