//! A PostgreSQL cluster of its own for one test run, thrown away afterwards.

use crate::process::{self, Guard};
use crate::tools;
use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Nothing here outlives the run, so nothing has to survive a power cut.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = 128MB
fsync = off
full_page_writes = off
log_min_messages = warning
";

/// A running cluster; stopped and deleted when dropped.
pub struct Cluster {
    port: u16,
    #[cfg(test)]
    folder: PathBuf,
    _guard: Guard,
}

impl Cluster {
    /// Makes and starts a cluster on a free port; installs PostgreSQL first if it is missing.
    pub fn start() -> Result<Self> {
        let programs = tools::postgres()?;
        let folder = make_folder()?;
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
        writeln!(settings, "{SETTINGS}port = {port}")?;
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
            #[cfg(test)]
            folder,
            _guard: guard,
        })
    }

    /// Address of the maintenance database; the user is a superuser, so tests can make databases.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// A folder that the user who runs PostgreSQL may write to.
fn make_folder() -> Result<PathBuf> {
    // As root another user has to get there, and a private TMPDIR may be closed to it.
    let base = if tools::root_user() {
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

/// PostgreSQL refuses to run as root, so root becomes `postgres` for it.
fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = if tools::root_user() {
        // Named in full, since `sbin` is not in everybody's PATH.
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
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let cluster = Cluster::start().unwrap();
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
