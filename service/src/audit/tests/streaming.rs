//! Tests of the stream: nothing is missing, nothing out of order, nothing lost.

use super::*;
use crate::audit::{FileOutput, Output, Stream, StreamError, stream_health};
use domain::time::Span;
use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// An output in memory that can fail, before or after it took the lines.
#[derive(Default)]
struct Lines {
    text: Mutex<String>,
    fails: AtomicBool,
    fails_late: AtomicBool,
}

impl Output for Lines {
    fn write(&self, lines: &str) -> io::Result<()> {
        let failure = || Err(io::Error::other("no space left"));
        if self.fails.load(Ordering::Relaxed) {
            return failure();
        }
        self.text.lock().unwrap().push_str(lines);
        if self.fails_late.load(Ordering::Relaxed) {
            return failure();
        }
        Ok(())
    }
}

impl Lines {
    /// The numbers of each tenant's lines, as they came.
    fn numbers(&self) -> BTreeMap<String, Vec<i64>> {
        let mut tenants: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for line in self.text.lock().unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let tenant = line["tenant"].as_str().unwrap().to_owned();
            let number = line["number"].as_i64().unwrap();
            tenants.entry(tenant).or_default().push(number);
        }
        tenants
    }
}

async fn step(stream: &Stream) -> Result<u64, StreamError> {
    stream.step(&CancellationToken::new()).await
}

fn up_to(last: i64) -> Vec<i64> {
    (1..=last).collect()
}

#[tokio::test]
async fn the_stream_goes_on_in_another_process_without_a_hole() {
    testing::on_each_database(async |world| {
        let (harbour, pier) = (world.owner("harbour").await, world.owner("pier").await);
        let lines = Arc::new(Lines::default());
        let first = Stream::new(&world.services, lines.clone());
        for n in 0..450 {
            add(&harbour, &n.to_string()).await;
        }
        assert_eq!(step(&first).await.unwrap(), 452);
        assert_eq!(step(&first).await.unwrap(), 0, "each entry once");
        add(&pier, "more").await;
        // A restart.
        let second = world.second_process().await;
        let second = Stream::new(&second, lines.clone());
        assert_eq!(step(&second).await.unwrap(), 1);
        let numbers = lines.numbers();
        assert_eq!(numbers["harbour"], up_to(451));
        assert_eq!(numbers["pier"], up_to(2));
        let text = lines.text.lock().unwrap().clone();
        let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(line["action"], "app.edited");
        assert_eq!(line["actor"]["kind"], "person");
        assert!(
            line["sentence"]
                .as_str()
                .unwrap()
                .contains("changed the app")
        );
        assert_eq!(line["address"], "192.0.2.7");
    })
    .await;
}

/// While entries are added, two processes stream at once.
#[tokio::test]
async fn two_processes_stream_in_the_order_of_the_chain() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let lines = Arc::new(Lines::default());
        let other = world.second_process().await;
        let streams = [
            Stream::new(&world.services, lines.clone()),
            Stream::new(&other, lines.clone()),
        ];
        let writing = async {
            for n in 0..60 {
                add(&owner, &n.to_string()).await;
            }
        };
        let streaming = async |stream: &Stream| {
            for _ in 0..40 {
                step(stream).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(writing, streaming(&streams[0]), streaming(&streams[1]));
        step(&streams[0]).await.unwrap();
        assert_eq!(lines.numbers()["harbour"], up_to(61));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_written_waits_and_is_told() {
    testing::on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        let lines = Arc::new(Lines::default());
        let stream = Stream::new(&world.services, lines.clone());
        lines.fails.store(true, Ordering::Relaxed);
        let failed = step(&stream).await;
        assert!(matches!(failed, Err(StreamError::Output(_))), "{failed:?}");
        // No entry waits for it.
        add(&owner, "meanwhile").await;
        world.clock.advance(Span::minutes(5));
        assert!(step(&stream).await.is_err());
        let health = stream_health(&world.services).await.unwrap();
        assert_eq!(health.behind, 2);
        let (since, why) = health.failing.unwrap();
        assert_eq!(since, world.clock_now().minus(Span::minutes(5)));
        assert!(why.contains("no space left"), "{why}");
        lines.fails.store(false, Ordering::Relaxed);

        // Written, but the process ends before that is noted: written once more.
        lines.fails_late.store(true, Ordering::Relaxed);
        assert!(step(&stream).await.is_err());
        lines.fails_late.store(false, Ordering::Relaxed);
        assert_eq!(step(&stream).await.unwrap(), 2);
        assert_eq!(lines.numbers()["harbour"], [1, 2, 1, 2]);
        let health = stream_health(&world.services).await.unwrap();
        assert_eq!((health.behind, health.failing), (0, None));
    })
    .await;
}

/// A process that stopped in the middle keeps the others out for a minute.
#[tokio::test]
async fn one_process_streams_at_a_time() {
    testing::on_each_database(async |world| {
        world.owner("harbour").await;
        let lines = Arc::new(Lines::default());
        let stream = Stream::new(&world.services, lines.clone());
        step(&stream).await.unwrap();
        let held = world.clock_now().plus(Span::minutes(1)).0;
        let id = world.uuid(world.services.new_id());
        let holds = format!("UPDATE audit_stream SET holder = {id}, held_until = {held}");
        assert_eq!(world.past(&holds).await, 1);
        world.owner("pier").await;
        assert_eq!(step(&stream).await.unwrap(), 0);
        world.clock.advance(Span::minutes(1));
        assert_eq!(step(&stream).await.unwrap(), 1);
    })
    .await;
}

#[test]
fn s77_the_file_is_the_owners_alone_and_has_whole_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let output = FileOutput(path.clone());
    output.write("{\"a\":1}\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Cut by a full disk.
    let mut cut = std::fs::read_to_string(&path).unwrap();
    cut.push_str("{\"b\":");
    std::fs::write(&path, cut).unwrap();
    output.write("{\"b\":2}\n").unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "{\"a\":1}\n{\"b\":\n{\"b\":2}\n");
    // Renamed, it begins anew.
    std::fs::rename(&path, folder.path().join("old")).unwrap();
    output.write("{\"c\":3}\n").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"c\":3}\n");
    assert!(FileOutput(folder.path().to_owned()).write("x\n").is_err());
}

/// A pipe that nobody reads.
struct Stuck {
    began: tokio::sync::Notify,
    end: Mutex<std::sync::mpsc::Receiver<()>>,
}

impl Output for Stuck {
    fn write(&self, _: &str) -> io::Result<()> {
        self.began.notify_one();
        self.end.lock().unwrap().recv().map_err(io::Error::other)
    }
}

#[tokio::test]
async fn an_output_that_nobody_reads_keeps_no_process_from_ending() {
    testing::on_each_database(async |world| {
        world.owner("harbour").await;
        let (end, ended) = std::sync::mpsc::channel();
        let stuck = Arc::new(Stuck {
            began: tokio::sync::Notify::new(),
            end: Mutex::new(ended),
        });
        let output: Arc<dyn Output> = stuck.clone();
        let stream = Stream::new(&world.services, output);
        let stop = CancellationToken::new();
        let stopped = async {
            stuck.began.notified().await;
            stop.cancel();
        };
        let (lines, ()) = tokio::join!(stream.step(&stop), stopped);
        assert_eq!(lines.unwrap(), 0);
        drop(end);
        // What nobody confirmed comes again.
        let output = Arc::new(Lines::default());
        let next = Stream::new(&world.services, output.clone());
        assert!(step(&next).await.unwrap() > 0);
        assert_eq!(output.numbers()["harbour"][0], 1);
    })
    .await;
}
