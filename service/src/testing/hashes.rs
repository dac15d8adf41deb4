//! Counts the password hashes of a piece of work, and how many are computed at
//! once. The count says the same as the time that they take, but is always the
//! same.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

tokio::task_local! {
    static WATCH: Watch;
}

/// Counts the hashes that a task computes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    now: usize,
    seen: Seen,
}

/// The counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// The number of all hashes.
    pub all: usize,
    /// The most at the same time.
    pub at_once: usize,
}

/// Does the work, and gives the counts.
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

    /// Counts a hash that begins.
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
