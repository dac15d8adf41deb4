//! How many hashes of passwords a piece of work computes, and how many at once.
//! Counting them tells the same as the time that they take, and always the same.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

tokio::task_local! {
    static WATCH: Watch;
}

/// Notes what is computed for the task that it was handed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    now: usize,
    seen: Seen,
}

/// What was computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Hashes in all.
    pub all: usize,
    /// Most of them at the same time.
    pub at_once: usize,
}

/// Does the work, and tells what it computed.
pub async fn seen<T>(work: impl Future<Output = T>) -> (T, Seen) {
    let watch = Watch::default();
    let done = WATCH.scope(watch.clone(), work).await;
    (done, watch.with(|counts| counts.seen))
}

/// The watch of this task, if there is one.
pub(crate) fn watch() -> Option<Watch> {
    WATCH.try_with(Watch::clone).ok()
}

/// A hash that is being computed.
pub(crate) struct Running<'a>(&'a Watch);

impl Watch {
    fn with<T>(&self, look: impl FnOnce(&mut Counts) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A hash begins.
    pub fn begin(&self) -> Running<'_> {
        self.with(|counts| {
            counts.now += 1;
            counts.seen.all += 1;
            counts.seen.at_once = counts.seen.at_once.max(counts.now);
        });
        Running(self)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.with(|counts| counts.now -= 1);
    }
}
