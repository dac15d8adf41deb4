//! The parts that come from the machine: time, randomness, files. Tests use their own.

pub mod clock;
mod disk;
pub mod random;
pub mod text_file;

pub use disk::{Disk, RealDisk, Shared};

use clock::{Clock, SystemClock};
use random::{Random, SystemRandom};
use std::sync::Arc;

/// The parts that come from the machine.
pub struct Host {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Replaces PostgreSQL's clock in tests, which can't move the real one.
    pub database_clock: Option<Arc<dyn Clock>>,
    /// The source of random bytes.
    pub random: Arc<dyn Random>,
    /// The disk of the journal.
    pub disk: Arc<dyn Disk>,
}

impl Default for Host {
    /// The real machine.
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            database_clock: None,
            random: Arc::new(SystemRandom),
            disk: Arc::new(RealDisk),
        }
    }
}
