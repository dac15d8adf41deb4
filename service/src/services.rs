//! Everything that the use cases run on, in one cheap handle.

use crate::{
    api_tokens::{AddressLog, UseLog},
    apps::known::KnownApps,
    audit::ReadLog,
    clock::{Clock, SystemClock},
    config::Config,
    connections::{complete::Strangers, flight::Flights, refresh::Rounds},
    database::Database,
    expiry::ExpiryClock,
    journal::{Disk, Journal, RealDisk},
    live::Live,
    random::{Random, SystemRandom},
    vault::Vault,
};
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

/// The parts. Reached through [`Services`], which derefs to them.
pub struct Parts {
    /// The database.
    pub db: Database,
    /// The settings.
    pub config: Config,
    /// Keeps secrets sealed.
    pub vault: Vault,
    /// Talks to Gorgias.
    pub gorgias: Arc<dyn Gorgias>,
    /// Tells open pages what changed.
    pub live: Live,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Stands for the database's clock in tests.
    pub(crate) database_clock: Option<Arc<dyn Clock>>,
    /// How far the clock is to be believed.
    pub(crate) expiry: ExpiryClock,
    /// Makes what nobody can guess.
    pub random: Arc<dyn Random>,
    /// Which reads of tokens are in the audit already.
    pub(crate) reads: ReadLog,
    /// Keeps what Gorgias answered until it is stored.
    pub(crate) journal: Journal,
    /// Whose token is being refreshed for readers of this process.
    pub(crate) flights: Flights,
    /// What attempts to refresh do together.
    pub(crate) refreshes: Rounds,
    /// When API tokens were used last.
    pub(crate) uses: UseLog,
    /// Where API tokens are used from.
    pub(crate) addresses: AddressLog,
    /// Apps that were found lately.
    pub(crate) known_apps: KnownApps,
    /// Approvals under way of accounts that nobody vouches for.
    pub(crate) strangers: Strangers,
    last_id: AtomicI64,
}

/// What comes in from the machine.
pub struct Machine {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Stands for PostgreSQL's clock in tests, which it has no way to move.
    pub database_clock: Option<Arc<dyn Clock>>,
    /// Makes what nobody can guess.
    pub random: Arc<dyn Random>,
    /// Holds the journal.
    pub disk: Arc<dyn Disk>,
}

impl Default for Machine {
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

/// A handle on the parts; clones share them.
#[derive(Clone)]
pub struct Services(Arc<Parts>);

impl Services {
    /// Puts the parts together, on the machine as it is.
    pub fn new(db: Database, config: Config, vault: Vault, gorgias: Arc<dyn Gorgias>) -> Self {
        Self::on(Machine::default(), db, config, vault, gorgias)
    }

    /// Puts the parts together, on a machine that tests may bend.
    pub fn on(
        machine: Machine,
        db: Database,
        config: Config,
        vault: Vault,
        gorgias: Arc<dyn Gorgias>,
    ) -> Self {
        let Machine {
            clock,
            database_clock,
            random,
            disk,
        } = machine;
        Self(Arc::new(Parts {
            journal: Journal::new(&config.data_dir, disk),
            db,
            config,
            vault,
            gorgias,
            live: Live::new(&*random),
            clock,
            database_clock,
            expiry: ExpiryClock::default(),
            random,
            reads: ReadLog::default(),
            flights: Flights::default(),
            refreshes: Rounds::default(),
            uses: UseLog::default(),
            addresses: AddressLog::default(),
            known_apps: KnownApps::default(),
            strangers: Strangers::default(),
            last_id: AtomicI64::new(0),
        }))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7 (RFC 9562 5.7) with microseconds in `rand_a` (6.2, method
    /// 3); within one process, each is greater than the one before.
    pub fn new_id(&self) -> Uuid {
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
}

impl Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
