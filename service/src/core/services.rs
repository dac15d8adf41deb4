//! All that the use cases need, in one handle that is cheap to clone.

use super::{config::Config, database::Database, live::Live, state::States};
use crate::host::{Disk, Host, clock::Clock, random::Random};
use domain::time::Timestamp;
use gorgias::Gorgias;
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use uuid::Uuid;

/// The parts. [`Services`] derefs to them.
pub struct Inner {
    /// The database.
    pub db: Database,
    /// The settings.
    pub config: Config,
    /// Sends requests to Gorgias.
    pub gorgias: Arc<dyn Gorgias>,
    /// Tells open pages about changes.
    pub live: Live,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Replaces the database's clock in tests.
    pub(crate) database_clock: Option<Arc<dyn Clock>>,
    /// The source of random bytes.
    pub random: Arc<dyn Random>,
    /// The disk of the journal.
    pub(crate) disk: Arc<dyn Disk>,
    /// The memory of features.
    pub(crate) states: States,
    last_id: AtomicI64,
}

/// The memory of a feature, one value in a process. It is declared next to the
/// feature's use cases, so that this room needs to know none of them.
pub(crate) trait ProcessState: Send + Sync + 'static {
    /// The value when it is first needed.
    fn begin(process: &Inner) -> Self;
}

/// A handle on the parts; clones share them.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

impl Services {
    /// Makes the parts that no feature owns. The vault adds itself (`Services::on`).
    pub(crate) fn begin(
        host: Host,
        db: Database,
        config: Config,
        gorgias: Arc<dyn Gorgias>,
    ) -> Self {
        let Host {
            clock,
            database_clock,
            random,
            disk,
        } = host;
        Self(Arc::new(Inner {
            db,
            config,
            gorgias,
            live: Live::new(&*random),
            clock,
            database_clock,
            random,
            disk,
            states: States::default(),
            last_id: AtomicI64::new(0),
        }))
    }

    /// The process's state of this type.
    pub(crate) fn state<T: ProcessState>(&self) -> &T {
        self.states.get(|| T::begin(self))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7 (RFC 9562 5.7) with microseconds in `rand_a` (6.2, method
    /// 3); within one process, each is greater than the one before.
    pub fn new_uuid(&self) -> Uuid {
        let now = self.now().0.max(0);
        let previous = self
            .last_id
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(now.max(last + 1))
            })
            .unwrap_or_default();
        let micros = now.max(previous + 1).unsigned_abs();
        let mut tail = [0; 8];
        self.random.fill(&mut tail);
        let tail = u64::from_be_bytes(tail) >> 2;
        let head = (micros / 1_000) << 16 | 0x7000 | (micros % 1_000) << 2;
        Uuid::from_u128(u128::from(head) << 64 | 1 << 63 | u128::from(tail))
    }

    /// The id of a new row.
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.new_uuid().into()
    }
}

impl Deref for Services {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
