//! What comes in from the machine: time, randomness, files. Tests bring their own.

pub mod clock;
mod disk;
pub mod random;
pub mod text_file;

pub use disk::{Disk, RealDisk, Shared};

use clock::{Clock, SystemClock};
use random::{Random, SystemRandom};
use std::sync::Arc;

/// What comes in from the machine.
pub struct Host {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Stands for PostgreSQL's clock in tests, which it has no way to move.
    pub database_clock: Option<Arc<dyn Clock>>,
    /// Makes what nobody can guess.
    pub random: Arc<dyn Random>,
    /// Holds the journal.
    pub disk: Arc<dyn Disk>,
}

impl Default for Host {
    /// The machine as it is.
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            database_clock: None,
            random: Arc::new(SystemRandom),
            disk: Arc::new(RealDisk),
        }
    }
}
