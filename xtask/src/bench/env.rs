//! All that the measurements need, made when it is first used.

use super::host::{Cores, Side};
use super::pages::{self, PageStore};
use super::store::{self, Kind, Store};
use crate::dev_stack::wait_for;
use crate::http::Client;
use crate::postgres::{Cluster, Purpose};
use crate::process::{self, Background, Guard};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::Method;

/// The built programs.
pub struct Programs {
    pub mooring: PathBuf,
    pub simulator: PathBuf,
    /// `service/examples/bench`.
    pub helper: PathBuf,
    /// `server/examples/page.rs`.
    pub page: PathBuf,
}

/// The sizes of the measurements.
#[derive(Clone, Copy)]
pub struct Scale {
    pub pairs: usize,
    /// How long one measurement of a load takes.
    pub slice: Duration,
    /// Accounts of the big tenant.
    pub accounts: u64,
    /// Accounts of the small tenant, whose secrets are encrypted anew.
    pub small: u64,
    /// About how long one measurement of refreshes takes, and how many refreshes
    /// show their speed first.
    pub refreshing: Duration,
    pub probe: u64,
    /// How long a backlog takes at the set rate.
    pub backlog: Duration,
    /// Accounts of the tenants whose pages are compared, from few to many.
    pub pages: [u64; 4],
    /// How long one measurement of a page takes.
    pub page_slice: Duration,
}

impl Scale {
    const FULL: Self = Self {
        pairs: 10,
        slice: Duration::from_millis(750),
        accounts: 100_000,
        small: 5_000,
        refreshing: Duration::from_millis(2000),
        probe: 640,
        backlog: Duration::from_secs(4),
        pages: [1_000, 10_000, 100_000, 1_000_000],
        page_slice: Duration::from_millis(300),
    };
    const SHORT: Self = Self {
        pairs: 1,
        slice: Duration::from_millis(150),
        accounts: 300,
        small: 60,
        refreshing: Duration::from_millis(300),
        probe: 40,
        backlog: Duration::from_millis(500),
        pages: [110, 120, 130, 140],
        page_slice: Duration::from_millis(100),
    };
}

/// All that the measurements need; when it is dropped, everything is stopped and deleted.
pub struct BenchEnv {
    pub scale: Scale,
    pub cores: Cores,
    programs: Programs,
    /// Address of the simulator, without the scheme.
    pub simulator: String,
    keys: String,
    stores: Vec<Store>,
    page_stores: Vec<PageStore>,
    client: Client,
    // In the order in which they must end.
    cluster: Option<Cluster>,
    _simulator: Background,
    folder: PathBuf,
    _folder_guard: Guard,
}

/// A running server.
pub struct Serving {
    process: Background,
    /// `127.0.0.1:port`
    pub address: String,
}

impl Serving {
    /// The memory of this process in MB: its proportional share of all pages.
    pub fn memory(&self) -> Result<f64> {
        let path = format!("/proc/{}/smaps_rollup", self.process.pid());
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let kilobytes: f64 = text
            .lines()
            .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB"))
            .with_context(|| format!("no Pss in {path}"))?
            .trim()
            .parse()?;
        Ok(kilobytes / 1024.0)
    }
}

impl BenchEnv {
    /// Starts the simulator; the rest is made when it is first used.
    pub fn new(programs: Programs, short: bool, tables: &Path) -> Result<Self> {
        // Beside the tables: a folder for temporary files may be in memory.
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(tables)
            .context("cannot make a folder")?
            .keep();
        let folder_guard = {
            let folder = folder.clone();
            Guard::new(move || {
                let _ = fs::remove_dir_all(folder);
            })
        };
        fs::create_dir(folder.join("site"))?;
        let cores = Cores::find();
        let simulator = format!("127.0.0.1:{}", process::free_port()?);
        let log = folder.join("simulator.log");
        let running = Background::start(
            cores
                .command(&programs.simulator, Side::Load)
                .args(["--listen", &simulator]),
            &log,
        )?;
        wait_for(
            &running,
            &format!("http://{simulator}/_control/health"),
            &log,
        )?;
        let keys = process::output(Command::new(&programs.mooring).args(["keys", "generate"]))?;
        Ok(Self {
            scale: if short { Scale::SHORT } else { Scale::FULL },
            cores,
            programs,
            simulator,
            keys,
            stores: Vec::new(),
            page_stores: Vec::new(),
            client: Client::new(),
            cluster: None,
            _simulator: running,
            folder,
            _folder_guard: folder_guard,
        })
    }

    /// The folder that is deleted at the end.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Name and version of each measured database.
    pub fn versions(&self) -> Vec<String> {
        self.stores
            .iter()
            .map(|store| format!("{} {}", store.kind.name(), store.version))
            .collect()
    }

    /// A database with both tenants.
    pub fn store(&mut self, kind: Kind) -> Result<Store> {
        if let Some(store) = self.stores.iter().find(|store| store.kind == kind) {
            return Ok(store.clone());
        }
        let url = self.empty(kind, "mooring")?;
        let store = store::fill(self, kind, url)?;
        self.stores.push(store.clone());
        Ok(store)
    }

    /// A database with a tenant for each of the sizes whose pages are compared.
    pub fn page_store(&mut self, kind: Kind) -> Result<PageStore> {
        if let Some(store) = self.page_stores.iter().find(|store| store.kind == kind) {
            return Ok(store.clone());
        }
        let url = self.empty(kind, "pages")?;
        let store = pages::fill(self, kind, url)?;
        self.page_stores.push(store.clone());
        Ok(store)
    }

    /// Address of a new, empty database.
    pub fn empty(&mut self, kind: Kind, name: &str) -> Result<String> {
        match kind {
            Kind::Sqlite => {
                let path = self.folder.join(format!("{name}.db"));
                Ok(format!("sqlite://{}", path.display()))
            }
            Kind::Postgres => self.cluster()?.create(name),
        }
    }

    fn cluster(&mut self) -> Result<&Cluster> {
        if self.cluster.is_none() {
            let cluster = Cluster::start(Purpose::Measurements)?;
            self.cores.keep(cluster.pid()?, Side::Server);
            self.cluster = Some(cluster);
        }
        self.cluster.as_ref().context("there is no PostgreSQL")
    }

    /// Moves PostgreSQL to other cores; this applies to connections that are made from now on.
    pub fn keep_postgres(&self, side: Side) -> Result<()> {
        match &self.cluster {
            Some(cluster) => {
                self.cores.keep(cluster.pid()?, side);
                Ok(())
            }
            None => bail!("PostgreSQL does not run"),
        }
    }

    /// `mooring`, with the settings with which it ships.
    pub fn mooring(&self, url: &str, side: Side) -> Command {
        self.set_up(&self.programs.mooring, url, side)
    }

    fn set_up(&self, program: &Path, url: &str, side: Side) -> Command {
        let mut command = self.cores.command(program, side);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MOORING_") {
                command.env_remove(&name);
            }
        }
        command
            .env("MOORING_DATABASE_URL", url)
            .env("MOORING_DATA_DIR", self.folder.join("data"))
            .env("MOORING_MASTER_KEYS", &self.keys)
            .env("MOORING_GORGIAS_URL", self.gorgias())
            .env("MOORING_GORGIAS_PRIVATE_NETWORK", "allow")
            .env("LEPTOS_SITE_ROOT", self.folder.join("site"))
            .current_dir(&self.folder);
        command
    }

    /// Starts `mooring serve` and waits until it is ready.
    pub fn serve(&self, url: &str, rate: u32, side: Side) -> Result<Serving> {
        let mut command = self.mooring(url, side);
        command
            .arg("serve")
            .env("MOORING_REFRESH_RATE", rate.to_string());
        self.listen("mooring", command, "/readyz")
    }

    /// Starts the server of an accounts page that it loaded once, and of the same bytes at
    /// `/bare`.
    pub fn serve_page(&self, url: &str, tenant: &pages::Sized) -> Result<Serving> {
        let mut command = self.set_up(&self.programs.page, url, Side::Server);
        command.args(["--tenant", &tenant.slug, "--person", &tenant.person]);
        self.listen("page", command, "/bare")
    }

    fn listen(&self, name: &str, mut command: Command, ready: &str) -> Result<Serving> {
        let port = process::free_port()?;
        let address = format!("127.0.0.1:{port}");
        let log = self.folder.join(format!("{name}-{port}.log"));
        command
            .env("MOORING_LISTEN", &address)
            .env("MOORING_PUBLIC_URL", format!("http://{address}"))
            // Each process has its own folder.
            .env("MOORING_DATA_DIR", self.folder.join(format!("data-{port}")));
        let process = Background::start(&mut command, &log)?;
        wait_for(&process, &format!("http://{address}{ready}"), &log)?;
        Ok(Serving { process, address })
    }

    /// Starts the server with a single primary-key SELECT, whose answers have this many bytes.
    pub fn bare(&mut self, store: &Store, bytes: usize) -> Result<Serving> {
        self.bare_rows(store.kind, &store.big.prefix, store.big.accounts, bytes)
    }

    /// The same with so many rows, which are called `{prefix}0`, `{prefix}1`, …
    pub fn bare_rows(
        &mut self,
        kind: Kind,
        prefix: &str,
        rows: u64,
        bytes: usize,
    ) -> Result<Serving> {
        let url = match kind {
            Kind::Sqlite => self.empty(kind, "bare")?,
            // The table is made again, so one database is enough for all.
            Kind::Postgres => {
                let url = self.cluster()?.url_of("bare");
                if !store::exists(&url) {
                    self.empty(kind, "bare")?;
                }
                url
            }
        };
        let address = format!("127.0.0.1:{}", process::free_port()?);
        let log = self.folder.join("bare.log");
        let rows = rows.to_string();
        let serve = ["bare", "--database", &url, "--listen", &address];
        let of = ["--prefix", prefix, "--rows", &rows];
        let length = bytes.to_string();
        self.helper(
            Side::Anywhere,
            &[&serve[..], &of, &["--bytes", &length]].concat(),
        )?;
        let process = Background::start(
            self.cores
                .command(&self.programs.helper, Side::Server)
                .args(serve)
                .args(of),
            &log,
        )?;
        let first = format!("http://{address}/bare/{prefix}0");
        wait_for(&process, &first, &log)?;
        Ok(Serving { process, address })
    }

    /// Starts a server of the helper, and waits until it answers this path.
    pub fn serve_helper(&self, name: &str, arguments: &[&str], ready: &str) -> Result<Serving> {
        let address = format!("127.0.0.1:{}", process::free_port()?);
        let log = self.folder.join(format!("{name}.log"));
        let process = Background::start(
            self.cores
                .command(&self.programs.helper, Side::Server)
                .arg(name)
                .args(arguments)
                .args(["--listen", &address])
                .env("MOORING_MASTER_KEYS", &self.keys),
            &log,
        )?;
        wait_for(&process, &format!("http://{address}{ready}"), &log)?;
        Ok(Serving { process, address })
    }

    /// Runs the helper and reads its result.
    pub fn helper(&self, side: Side, arguments: &[&str]) -> Result<Value> {
        let mut command = self.cores.command(&self.programs.helper, side);
        command
            .args(arguments)
            .env("MOORING_MASTER_KEYS", &self.keys);
        let text = process::output(&mut command)?;
        let last = text.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("the helper said {last}"))
    }

    /// The template of accounts' addresses at the simulator.
    pub fn gorgias(&self) -> String {
        format!("http://{}/a/{{subdomain}}", self.simulator)
    }

    /// Calls the simulator's control API.
    pub fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let url = format!("http://{}/_control{path}", self.simulator);
        self.client.json(method, &url, None, body)
    }

    /// Sets how long the simulator takes for each answer to a refresh.
    pub fn latency(&self, latency: Duration) -> Result<()> {
        let fault = json!({"kind": "latency", "latency_ms": latency.as_millis()});
        let body = json!({
            "endpoint": "token",
            "fault": (!latency.is_zero()).then_some(fault),
        });
        self.control(Method::POST, "/everywhere", Some(&body))
            .map(drop)
    }

    /// Calls Mooring's machine API.
    pub fn api(&self, server: &Serving, token: &str, path: &str) -> Result<Value> {
        let url = format!("http://{}{path}", server.address);
        self.client.json(Method::GET, &url, Some(token), None)
    }
}

/// The present time, in milliseconds since 1970.
pub fn now_ms() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}
