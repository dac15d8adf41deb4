//! A disk for the journal that a test can fill, break, or stop at a moment.

use crate::host::{Disk, RealDisk, Shared};
use std::{
    io,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// How long a test waits until a task reaches a moment.
const PATIENCE: Duration = Duration::from_secs(60);

/// A moment between an answer of Gorgias and the end of its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The answer has arrived, nothing is written.
    BeforeWrite,
    /// The entry is written, but not synced.
    BeforeSync,
    /// The entry is synced, but not in the database.
    AfterSync,
    /// The answer is stored, but its slot is not free yet.
    BeforeClear,
}

/// The machine's disk, controlled by a test. Clones share it.
#[derive(Clone, Default)]
pub struct TestDisk(Arc<State>);

struct State {
    /// Bytes that can still be allocated.
    room: AtomicU64,
    broken: AtomicBool,
    syncs: AtomicU64,
    stop: Mutex<Stop>,
    changed: Condvar,
}

#[derive(Default)]
struct Stop {
    at: Option<Moment>,
    reached: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            room: AtomicU64::new(u64::MAX),
            broken: AtomicBool::new(false),
            syncs: AtomicU64::new(0),
            stop: Mutex::default(),
            changed: Condvar::new(),
        }
    }
}

impl TestDisk {
    /// Leaves `bytes` bytes that can be allocated.
    pub fn with_room(&self, bytes: u64) {
        self.0.room.store(bytes, Ordering::SeqCst);
    }

    /// Makes every write and sync fail from now on, or succeed again.
    pub fn break_down(&self, broken: bool) {
        self.0.broken.store(broken, Ordering::SeqCst);
    }

    /// How many syncs there were.
    pub fn syncs(&self) -> u64 {
        self.0.syncs.load(Ordering::SeqCst)
    }

    /// Makes tasks wait when they reach this moment.
    pub fn stop_at(&self, moment: Moment) {
        self.0.stop.lock().unwrap().at = Some(moment);
    }

    /// Returns when a task waits there.
    pub async fn reached(&self) {
        let state = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            let stop = state.stop.lock().unwrap();
            let (stop, _) = state
                .changed
                .wait_timeout_while(stop, PATIENCE, |stop| !stop.reached)
                .unwrap();
            assert!(stop.reached, "nobody came to {:?}", stop.at);
        })
        .await
        .unwrap();
    }

    /// Lets the waiting tasks continue.
    pub fn go_on(&self) {
        self.0.stop.lock().unwrap().at = None;
        self.0.changed.notify_all();
    }

    /// Behaves as if the process were killed: waiting tasks get an error, and
    /// nothing is written any more.
    pub fn kill(&self) {
        self.break_down(true);
        self.go_on();
    }

    fn come_to(&self, moment: Moment) -> io::Result<()> {
        let mut stop = self.0.stop.lock().unwrap();
        while stop.at == Some(moment) {
            stop.reached = true;
            self.0.changed.notify_all();
            stop = self.0.changed.wait(stop).unwrap();
        }
        drop(stop);
        if self.0.broken.load(Ordering::SeqCst) {
            Err(io::Error::other("the disk of the test is broken"))
        } else {
            Ok(())
        }
    }
}

impl Disk for TestDisk {
    fn allocate(&self, file: &Shared, at: u64, bytes: u64) -> io::Result<()> {
        let room = self.0.room.load(Ordering::SeqCst);
        let left = room.checked_sub(bytes).ok_or(io::ErrorKind::StorageFull)?;
        self.0.room.store(left, Ordering::SeqCst);
        RealDisk.allocate(file, at, bytes)
    }

    fn write(&self, file: &Shared, at: u64, bytes: &[u8]) -> io::Result<()> {
        let clears = bytes.iter().all(|byte| *byte == 0);
        self.come_to(if clears {
            Moment::BeforeClear
        } else {
            Moment::BeforeWrite
        })?;
        RealDisk.write(file, at, bytes)
    }

    fn sync(&self, file: &Shared) -> io::Result<()> {
        self.come_to(Moment::BeforeSync)?;
        self.0.syncs.fetch_add(1, Ordering::SeqCst);
        RealDisk.sync(file)?;
        self.come_to(Moment::AfterSync)
    }
}
