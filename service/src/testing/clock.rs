//! The clock of tests.

use crate::host::clock::{Clock, SystemClock};
use domain::time::{Span, Timestamp};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A clock that stands still until a test moves it. It begins at the machine's
/// time, so that tokens of the simulator are of the same day.
#[derive(Clone)]
pub struct TestClock {
    time: Arc<AtomicI64>,
    /// How far Mooring's clock is ahead of it.
    ahead: Arc<AtomicI64>,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.time.load(Ordering::SeqCst) + self.ahead.load(Ordering::SeqCst))
    }
}

/// The clock of the database's machine, which is always right.
pub(super) struct DatabaseClock(Arc<AtomicI64>);

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(super) fn start() -> Self {
        Self {
            time: Arc::new(AtomicI64::new(SystemClock.now().0)),
            ahead: Arc::default(),
        }
    }

    pub(super) fn of_database(&self) -> DatabaseClock {
        DatabaseClock(self.time.clone())
    }

    /// Lets time pass.
    pub fn advance(&self, span: Span) {
        self.time.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Lets only Mooring's clock jump.
    pub fn jump(&self, span: Span) {
        self.ahead.fetch_add(span.0, Ordering::SeqCst);
    }
}
