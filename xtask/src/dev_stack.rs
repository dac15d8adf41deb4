//! Mooring and the simulator, running in a folder of their own.

use crate::http::Client;
use crate::process::{self, Background, Guard};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Owner of the tenant of tests.
const OWNER: &str = "owner@demo.example";
/// The tenant of tests.
const TENANT: &str = "demo";

/// How long the month of the demo may take to be told; usually it takes less than a minute.
const TELLING: Duration = Duration::from_secs(600);

/// Both servers; dropping it stops and deletes everything.
pub struct DevStack {
    // In the order in which they must end.
    server: Option<Background>,
    simulator_process: Option<Background>,
    _folder_guard: Guard,
    binary: PathBuf,
    site: PathBuf,
    settings: Vec<(&'static str, OsString)>,
    /// Folder of data and logs.
    pub folder: PathBuf,
    /// Address of the pages.
    pub base: String,
    /// Address of the simulator.
    pub simulator: String,
    /// Password of everybody who can sign in.
    pub password: String,
    /// API token with the role owner in the tenant of tests; empty if there is none.
    pub token: String,
    simulator_address: String,
    mail_address: String,
}

impl DevStack {
    /// Starts the simulator, and makes an owner and a token; [`DevStack::serve`] starts
    /// Mooring.
    pub fn prepare(
        binary: &Path,
        simulator: &Path,
        site: &Path,
        port: Option<u16>,
    ) -> Result<Self> {
        let mut stack = Self::empty(binary, site, port)?;
        stack.start_simulator(&mut Command::new(simulator))?;
        stack.make_owner()?;
        stack.token = stack.new_token(TENANT)?;
        Ok(stack)
    }

    /// Starts the demo's simulator, which fills Mooring's database with a month, and gives
    /// what it reports of it; [`DevStack::serve`] starts Mooring.
    pub fn with_a_month(
        binary: &Path,
        demo: &Path,
        site: &Path,
        port: Option<u16>,
    ) -> Result<(Self, Value)> {
        let mut stack = Self::empty(binary, site, port)?;
        let report = stack.folder.join("month.json");
        let mut command = Command::new(demo);
        without_settings(&mut command)
            .envs(stack.settings.iter().cloned())
            .env("MOORING_DEMO_PASSWORD", &stack.password)
            .arg("--report")
            .arg(&report)
            .current_dir(&stack.folder);
        stack.start_simulator(&mut command)?;
        let patience = Instant::now() + TELLING;
        while !report.exists() {
            let alive = stack
                .simulator_process
                .as_ref()
                .is_some_and(Background::alive);
            process::wait_if_interrupted();
            if !alive || Instant::now() > patience {
                let log = fs::read_to_string(stack.simulator_log()).unwrap_or_default();
                bail!("the month was not told; the log says:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let report = serde_json::from_str(&fs::read_to_string(&report)?)?;
        Ok((stack, report))
    }

    /// A folder with settings and keys; nothing runs yet.
    fn empty(binary: &Path, site: &Path, port: Option<u16>) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("mooring-")
            .tempdir()
            .context("cannot make a temporary folder")?
            .keep();
        let folder_guard = {
            let folder = folder.clone();
            Guard::new(move || {
                let _ = fs::remove_dir_all(folder);
            })
        };
        fs::create_dir(folder.join("data"))?;
        let simulator_address = format!("127.0.0.1:{}", process::free_port()?);
        let simulator = format!("http://{simulator_address}");
        let mail_address = format!("127.0.0.1:{}", process::free_port()?);
        let port = match port {
            Some(port) => process::unused(port)?,
            None => process::free_port()?,
        };
        // A name, since an IP address has no passkeys.
        let base = format!("http://localhost:{port}");
        let data = folder.join("data");
        let settings: Vec<(&'static str, OsString)> = vec![
            ("MOORING_LISTEN", format!("127.0.0.1:{port}").into()),
            ("MOORING_PUBLIC_URL", base.clone().into()),
            (
                "MOORING_DATABASE_URL",
                format!("sqlite://{}/mooring.db", data.display()).into(),
            ),
            ("MOORING_DATA_DIR", data.into()),
            (
                "MOORING_GORGIAS_URL",
                format!("{simulator}/a/{{subdomain}}").into(),
            ),
            ("MOORING_GORGIAS_PRIVATE_NETWORK", "allow".into()),
            ("MOORING_SMTP_URL", format!("smtp://{mail_address}").into()),
            ("MOORING_MAIL_FROM", "mooring@demo.example".into()),
            ("LEPTOS_SITE_ROOT", site.into()),
        ];
        let mut stack = Self {
            server: None,
            simulator_process: None,
            _folder_guard: folder_guard,
            binary: binary.to_owned(),
            site: site.to_owned(),
            settings,
            folder,
            base,
            simulator,
            password: new_password()?,
            token: String::new(),
            simulator_address,
            mail_address,
        };
        let keys = process::output(stack.mooring().args(["keys", "generate"]))?;
        stack.settings.push(("MOORING_MASTER_KEYS", keys.into()));
        Ok(stack)
    }

    /// Starts a program that simulates Gorgias, and waits until it answers.
    fn start_simulator(&mut self, command: &mut Command) -> Result<()> {
        let log = self.simulator_log();
        command
            .args(["--listen", &self.simulator_address])
            .args(["--mail", &self.mail_address]);
        let started = Background::start(command, &log)?;
        wait_for(&started, &self.simulator, &log)?;
        self.simulator_process = Some(started);
        Ok(())
    }

    fn simulator_log(&self) -> PathBuf {
        self.folder.join("simulator.log")
    }

    /// A new API token with the role owner.
    pub fn new_token(&self, tenant: &str) -> Result<String> {
        process::output(
            self.mooring()
                .args(["tokens", "create", "--tenant", tenant, "--name", "demo"])
                .args(["--role", "owner"])
                // Tests and the demo ask in bursts.
                .args(["--rate", "1000", "--burst", "10000"]),
        )
    }

    /// Starts `mooring serve`, or restarts it with other settings.
    pub fn serve(&mut self, more: &[(&str, &str)]) -> Result<()> {
        self.server = None;
        let log = self.server_log();
        let server =
            Background::start(self.mooring().arg("serve").envs(more.iter().copied()), &log)?;
        wait_for(&server, &format!("{}/readyz", self.base), &log)?;
        self.server = Some(server);
        Ok(())
    }

    pub fn server_log(&self) -> PathBuf {
        self.folder.join("mooring.log")
    }

    /// Whether the server still runs.
    pub fn alive(&self) -> bool {
        self.server.as_ref().is_some_and(Background::alive)
    }

    /// The variables of the browser tests.
    pub fn test_environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("MOORING_E2E_BASE_URL", self.base.clone().into()),
            ("MOORING_E2E_SIMULATOR_URL", self.simulator.clone().into()),
            ("MOORING_E2E_TENANT", TENANT.into()),
            ("MOORING_E2E_EMAIL", OWNER.into()),
            ("MOORING_E2E_PASSWORD", self.password.clone().into()),
            ("MOORING_E2E_API_TOKEN", self.token.clone().into()),
            ("MOORING_E2E_BIN", self.binary.clone().into()),
            ("MOORING_E2E_SITE", self.site.clone().into()),
            ("MOORING_E2E_SERVER_LOG", self.server_log().into()),
        ]
    }

    /// The binary with the settings of this stack, without the caller's.
    fn mooring(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // Its own folder, so that no mooring.toml of the caller is read.
        without_settings(&mut command)
            .envs(self.settings.iter().cloned())
            .current_dir(&self.folder);
        command
    }

    fn make_owner(&self) -> Result<()> {
        let mut command = self.mooring();
        command.args([
            "owner",
            "create",
            "--email",
            OWNER,
            "--tenant",
            TENANT,
            "--password-stdin",
        ]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start mooring")?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{}", self.password)?;
        }
        let result = child.wait_with_output()?;
        if !result.status.success() {
            bail!(
                "`mooring owner create` failed ({}): {}",
                result.status,
                String::from_utf8_lossy(&result.stderr).trim()
            );
        }
        Ok(())
    }
}

/// The command without the caller's own settings of Mooring.
fn without_settings(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOORING_") {
            command.env_remove(&name);
        }
    }
    command
}

/// A random password, though it only protects sample data.
fn new_password() -> Result<String> {
    use std::io::Read;
    let mut bytes = [0_u8; 9];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}-{}-{}", &text[..6], &text[6..12], &text[12..]))
}

/// Waits until a server answers, and shows its log if it doesn't answer.
pub fn wait_for(server: &Background, url: &str, log: &Path) -> Result<()> {
    wait_until_up(server, url).with_context(|| {
        let why = fs::read_to_string(log).unwrap_or_default();
        format!("the server's log says:\n{why}\n")
    })
}

/// Waits until a server answers with something other than a server error.
pub fn wait_until_up(server: &Background, url: &str) -> Result<()> {
    let client = Client::new();
    let patience = Instant::now() + Duration::from_secs(30);
    while server.alive() && Instant::now() < patience {
        if client.get(url).is_ok_and(|answer| answer.status < 500) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("{url} does not answer")
}
