//! A PostgreSQL cluster for one test run, deleted afterwards.

use crate::process::{self, Guard};
use crate::tools;
use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 300
log_min_messages = warning
";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Tests: no data outlives the run, so it need not survive a power cut.
    Tests,
    /// Measurements: committed data is on the disk, as in real use.
    Measurements,
}

impl Purpose {
    fn settings(self) -> &'static str {
        match self {
            // Each test has a database of its own, so nothing tidies.
            Self::Tests => {
                "shared_buffers = 256MB\nfsync = off\nfull_page_writes = off\n\
                 synchronous_commit = off\nmax_wal_size = 512MB\ncheckpoint_timeout = 1h\n\
                 autovacuum = off\njit = off\n"
            }
            // Memory as on a small dedicated server. No checkpoint, JIT compilation
            // or autovacuum disturbs only one half of a comparison.
            Self::Measurements => {
                "shared_buffers = 512MB\nmax_wal_size = 8GB\ncheckpoint_timeout = 1h\n\
                 jit = off\nautovacuum_naptime = 10min\n"
            }
        }
    }
}

/// A running cluster; dropping it stops and deletes it.
pub struct Cluster {
    port: u16,
    folder: PathBuf,
    _guard: Guard,
}

impl Cluster {
    /// Makes and starts a cluster on a free port; installs PostgreSQL first if necessary.
    pub fn start(purpose: Purpose) -> Result<Self> {
        let programs = tools::postgres()?;
        let folder = make_folder(purpose)?;
        let data = folder.join("data");
        let guard = {
            let (programs, folder, data) = (programs.clone(), folder.clone(), data.clone());
            Guard::new(move || {
                process::works(
                    as_postgres(&programs.join("pg_ctl"), &folder)
                        .args(["-m", "immediate", "-w", "stop", "-D"])
                        .arg(data),
                );
                let _ = fs::remove_dir_all(folder);
            })
        };
        process::output(
            as_postgres(&programs.join("initdb"), &folder)
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
                .args(["--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(&data),
        )
        .context("PostgreSQL refused to make a cluster")?;

        let port = process::free_port()?;
        let mut settings = OpenOptions::new()
            .append(true)
            .open(data.join("postgresql.conf"))?;
        writeln!(settings, "{SETTINGS}{}port = {port}", purpose.settings())?;
        writeln!(settings, "unix_socket_directories = '{}'", folder.display())?;

        let log = folder.join("log");
        process::output(
            as_postgres(&programs.join("pg_ctl"), &folder)
                .args(["-w", "-t", "60", "start", "-D"])
                .arg(&data)
                .arg("-l")
                .arg(&log),
        )
        .with_context(|| {
            let why = fs::read_to_string(&log).unwrap_or_default();
            format!("PostgreSQL did not start; its log says:\n{why}")
        })?;
        println!("   {} listens on 127.0.0.1:{port}", programs.display());
        Ok(Self {
            port,
            folder,
            _guard: guard,
        })
    }

    /// Address of the maintenance database; the user is a superuser, so that tests
    /// can make databases.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and returns its address.
    pub fn create(&self, database: &str) -> Result<String> {
        let folder = tools::postgres()?;
        process::output(
            Command::new(folder.join("psql"))
                .arg(self.url())
                .args(["-qc", &format!("CREATE DATABASE {database}")]),
        )?;
        Ok(self.url_of(database))
    }

    /// The id of the cluster's main process.
    pub fn pid(&self) -> Result<u32> {
        let path = self.folder.join("data/postmaster.pid");
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let first = text.lines().next().unwrap_or_default();
        first
            .trim()
            .parse()
            .with_context(|| format!("{} does not begin with a number", path.display()))
    }
}

/// Memory as a folder. A test's database is several hundred files, made and removed again.
const MEMORY: &str = "/dev/shm";
/// What a run of the tests takes there at most, several times over.
const ROOM: u64 = 4 << 30;

/// Whether the folder in memory has room, and the machine the memory for it.
fn fits_in_memory() -> bool {
    let free = process::output(Command::new("df").args(["--output=avail", "-B1", MEMORY]));
    let free = free
        .ok()
        .and_then(|said| said.lines().last()?.trim().parse::<u64>().ok());
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = memory.lines().find_map(|line| {
        let kilobytes = line
            .strip_prefix("MemAvailable:")?
            .trim()
            .strip_suffix("kB")?;
        kilobytes.trim().parse::<u64>().ok()
    });
    free.is_some_and(|bytes| bytes >= ROOM)
        && available.is_some_and(|available| available << 10 >= 3 * ROOM)
}

/// A folder that PostgreSQL's user may write to.
fn make_folder(purpose: Purpose) -> Result<PathBuf> {
    // If this runs as root, another user must be able to read the folder, but a
    // TMPDIR may be private.
    let base = if purpose == Purpose::Tests && fits_in_memory() {
        PathBuf::from(MEMORY)
    } else if tools::root_user() {
        PathBuf::from("/var/tmp")
    } else {
        std::env::temp_dir()
    };
    let folder = tempfile::Builder::new()
        .prefix("mooring-postgres-")
        .tempdir_in(base)
        .context("cannot make a temporary folder")?
        .keep();
    if tools::root_user() {
        process::output(Command::new("chown").arg("postgres").arg(&folder))?;
    }
    Ok(folder)
}

/// PostgreSQL refuses to run as root, so root runs it as `postgres`.
fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = if tools::root_user() {
        // With the full path, since `sbin` may be missing in PATH.
        let mut runuser = Command::new("/usr/sbin/runuser");
        runuser.args(["-u", "postgres", "--"]).arg(program);
        runuser
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let cluster = Cluster::start(Purpose::Tests).unwrap();
        let version = process::output(
            Command::new("psql")
                .arg(cluster.url())
                .args(["-Atc", "show fsync"]),
        );
        assert_eq!(version.unwrap(), "off");
        let (port, folder) = (cluster.port, cluster.folder.clone());
        drop(cluster);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists(), "{} is still there", folder.display());
    }
}
