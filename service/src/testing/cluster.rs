//! A PostgreSQL server for a test, which can be stopped, reached by TLS, or
//! followed by a standby that replaces it.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

/// A running server, stopped and removed when it is dropped.
pub struct Cluster {
    port: u16,
    folder: PathBuf,
    programs: PathBuf,
}

impl Cluster {
    /// A server that accepts every login from this machine.
    pub fn start() -> Self {
        Self::folder().begin("", &[])
    }

    /// A server that accepts only TLS, with this certificate and its key.
    pub fn with_tls((certificate, key): &(String, String)) -> Self {
        let settings = "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'";
        let files = [
            ("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust"),
            ("server.crt", certificate),
            ("server.key", key),
        ];
        Self::folder().begin(settings, &files)
    }

    fn begin(self, settings: &str, files: &[(&str, &str)]) -> Self {
        let cluster = self;
        cluster.run("initdb", |command| {
            command
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
                .args(["--locale=C.UTF-8", "--no-sync", "-D", "data"])
        });
        for (name, content) in files {
            let path = cluster.folder.join("data").join(name);
            fs::write(&path, content).unwrap();
            cluster.hand_over(&path);
        }
        cluster.set(settings);
        cluster.launch();
        cluster
    }

    /// A standby that follows this server until it is promoted.
    pub fn standby(&self) -> Self {
        let standby = Self::folder();
        standby.run("pg_basebackup", |command| {
            command
                .args(["--host=127.0.0.1", "--username=postgres", "--no-sync"])
                .args(["--write-recovery-conf", "--checkpoint=fast"])
                .args([format!("--port={}", self.port), "--pgdata=data".into()])
        });
        standby.set("");
        standby.launch();
        standby
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.run("pg_ctl", |command| {
            command.args(["-w", "promote", "-D", "data"])
        });
    }

    /// Makes it refuse all writes from now on, as a standby does.
    pub fn only_read(&self) {
        self.set("default_transaction_read_only = on");
        self.run("pg_ctl", |command| command.args(["reload", "-D", "data"]));
        // New connections get this setting after a short time.
        while self.asked("SHOW default_transaction_read_only") != "on" {}
    }

    fn asked(&self, question: &str) -> String {
        let mut command = self.command("psql");
        command.args(["-Atc", question]).arg(self.url_at(self.port));
        let answer = command.output().unwrap();
        String::from_utf8_lossy(&answer.stdout).trim().to_owned()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of its maintenance database, at another port if there is a
    /// proxy in front.
    pub fn url_at(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }

    fn folder() -> Self {
        let base = if is_root() {
            // Another user needs access to it.
            PathBuf::from("/var/tmp")
        } else {
            std::env::temp_dir()
        };
        let folder = tempfile::Builder::new()
            .prefix("mooring-postgres-")
            .tempdir_in(base)
            .unwrap()
            .keep();
        let cluster = Self {
            port: free_port(),
            programs: newest_programs(),
            folder,
        };
        cluster.hand_over(&cluster.folder);
        cluster
    }

    fn set(&self, settings: &str) {
        let path = self.folder.join("data/postgresql.conf");
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        let folder = self.folder.display();
        writeln!(
            file,
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{folder}'\n\
             fsync = off\nlog_min_messages = warning\n{settings}",
            self.port
        )
        .unwrap();
    }

    fn launch(&self) {
        self.run("pg_ctl", |command| {
            command.args(["-w", "-t", "60", "start", "-D", "data", "-l", "log"])
        });
    }

    fn run(&self, program: &str, arguments: impl Fn(&mut Command) -> &mut Command) {
        let mut command = self.command(program);
        arguments(&mut command);
        // The server must not keep our pipe open.
        let output = self.folder.join("output");
        let file = fs::File::create(&output).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let done = command.status().unwrap();
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let said = fs::read_to_string(output).unwrap_or_default();
        assert!(done.success(), "{program}: {said}{log}");
    }

    /// PostgreSQL refuses to run as root, so root becomes `postgres` for it.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("/usr/sbin/runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }

    fn hand_over(&self, path: &Path) {
        if is_root() {
            let done = Command::new("chown").arg("postgres").arg(path).status();
            assert!(done.unwrap().success());
        }
        let mode = if path.is_dir() { "700" } else { "600" };
        let done = Command::new("chmod").arg(mode).arg(path).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["-m", "immediate", "-w", "stop", "-D", "data"]);
        let _ = stop.output();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A port that nobody listens at. It lies below those that the system gives to
/// connections by itself (from 32768 on), since one of these could be taken again
/// until the server starts. Processes begin at different places.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    (0..1_000)
        .map(|_| {
            let number = process::id() * 7 + NEXT.fetch_add(1, Ordering::Relaxed);
            u16::try_from(15_000 + number % 17_000).unwrap()
        })
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

fn newest_programs() -> PathBuf {
    let all = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let programs = all.filter_map(|entry| {
        let entry = entry.ok()?;
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path().join("bin");
        folder.join("initdb").exists().then_some((version, folder))
    });
    programs.max().expect("PostgreSQL is installed").1
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0")
}
