//! One `mooring serve`.

use super::until;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

/// A process, killed when it is dropped.
pub struct Serving {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    /// Reads the log to its end, which may be later than the process's.
    reader: JoinHandle<()>,
}

impl Serving {
    /// Starts it; it may not serve yet.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&log);
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                to.lock().unwrap().push(line);
            }
        });
        Self { child, log, reader }
    }

    /// Waits until it says these words.
    pub async fn says(&mut self, words: &str) -> String {
        let mut found = None;
        until(&format!("the log has {words}"), async || {
            let complete = self.reader.is_finished();
            let log = self.log();
            found = log.iter().find(|line| line.contains(words)).cloned();
            let ended = self.child.try_wait().unwrap();
            assert!(found.is_some() || !complete, "{ended:?}: {log:#?}");
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    /// `http://127.0.0.1:…`, once it serves.
    pub async fn address(&mut self) -> String {
        let line = self.says("Mooring serves").await;
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        format!("http://{}", line["address"].as_str().unwrap())
    }

    /// What it has written so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Its lines of these levels, such as `ERROR`; but not that it waited for
    /// its turn at the database, which a slow machine lets it say.
    pub fn complaints(&self, levels: &[&str]) -> Vec<String> {
        let mut log = self.log();
        log.retain(|line| {
            levels
                .iter()
                .any(|l| line.contains(&format!("\"level\":\"{l}\"")))
                && !line.contains("\"target\":\"sqlx::pool::acquire\"")
        });
        log
    }

    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.pid().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// SIGSTOP, until it stands.
    pub async fn freeze(&self) {
        self.signal(Signal::STOP);
        let stat = format!("/proc/{}/stat", self.pid());
        until("the process stands", async || {
            let stat = std::fs::read_to_string(&stat).unwrap();
            stat.rsplit_once(") ").unwrap().1.starts_with('T')
        })
        .await;
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// SIGKILL, until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits for its end, and for all that it said.
    pub async fn ended(&mut self) -> ExitStatus {
        let status = self.child.wait().await.unwrap();
        if !self.reader.is_finished() {
            (&mut self.reader).await.unwrap();
        }
        status
    }

    /// SIGTERM, until it has ended in order.
    pub async fn end(mut self) {
        self.signal(Signal::TERM);
        let status = self.ended().await;
        assert!(status.success(), "{status}: {:#?}", self.log());
    }
}
