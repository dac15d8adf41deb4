//! The clock of the month.

use domain::{
    clock::Clock,
    time::{Span, Timestamp},
};
use service::host::clock::SystemClock;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone)]
pub(crate) struct MovedClock(Arc<AtomicI64>);

impl MovedClock {
    /// A clock that shows this time.
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(time.0)))
    }

    /// Shows a later time. It never goes back, so that the order of what happens stays.
    pub fn move_to(&self, time: Timestamp) {
        self.0.fetch_max(time.0, Ordering::SeqCst);
    }

    /// Lets some time pass.
    pub fn pass(&self, span: Span) {
        self.0.fetch_add(span.0, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The present time of the machine, at which the month ends.
pub(crate) fn present() -> Timestamp {
    SystemClock.now()
}
