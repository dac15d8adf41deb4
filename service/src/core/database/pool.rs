//! Pools of connections, and what happens when their server doesn't answer or
//! becomes read-only.
//!
//! After a switch-over, all connections lead to the old primary. It may not
//! answer at all, so that each connection would have to be tested by itself; or
//! it may be read-only. So the first connection that shows this has all of them
//! given up, and later callers connect again, by the address in the settings. A
//! server that answers on some connections is busy, and they are kept
//! (`generation.rs`).

use super::{generation::Generation, transaction::Transaction};
use async_trait::async_trait;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, ExecResult,
    QueryResult, Statement, TransactionOptions, TransactionTrait, sqlx::PgPool,
};
use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// Pools aren't given up again before they have this age: a read-only server
/// refuses at once, again and again.
const CALM: Duration = Duration::from_secs(1);
/// How long to wait for pools that were given up to close.
const CLOSING: Duration = Duration::from_secs(30);

/// Time limits on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For getting a connection, whether one has to become free or to be made.
    /// The limit of a statement starts after that.
    pub connection: Duration,
    /// For a ping of an idle connection.
    pub ping: Duration,
    /// For a statement at the server, which then ends it.
    pub at_server: Duration,
    /// For a statement here. It is longer than at the server, so that a living
    /// server answers first: no answer within this time means that the server
    /// is dead.
    pub statement: Duration,
}

impl Default for Limits {
    /// With these, everything works again within ten seconds after a switch-over.
    fn default() -> Self {
        Self {
            connection: Duration::from_secs(5),
            ping: Duration::from_secs(2),
            at_server: Duration::from_secs(6),
            statement: Duration::from_secs(7),
        }
    }
}

/// Makes one of a server's pools.
pub(super) type Make = Box<dyn Fn(&Arc<Generation>) -> DatabaseConnection + Send + Sync>;

/// All pools on one database.
pub(super) struct Server {
    /// `None` for a file, which always answers.
    limits: Option<Limits>,
    make: Vec<Make>,
    current: RwLock<Current>,
}

struct Current {
    generation: Arc<Generation>,
    since: Instant,
    pools: Vec<DatabaseConnection>,
    #[cfg(feature = "testing")]
    watcher: Option<crate::testing::Statements>,
}

impl Server {
    /// A database in a file.
    pub fn file(pools: Vec<DatabaseConnection>) -> Arc<Self> {
        Arc::new(Self {
            limits: None,
            make: Vec::new(),
            current: RwLock::new(Current::new(Generation::begin(Weak::new()), pools)),
        })
    }

    /// A server, whose pools can be made again.
    pub fn remote(limits: Limits, make: Vec<Make>) -> Arc<Self> {
        Arc::new_cyclic(|server| {
            let first = Generation::begin(Weak::clone(server));
            let pools = make.iter().map(|make| make(&first)).collect();
            Self {
                limits: Some(limits),
                make,
                current: RwLock::new(Current::new(first, pools)),
            }
        })
    }

    /// One of its pools.
    pub fn pool(self: &Arc<Self>, which: usize) -> Pool {
        let backend = self.read().pools[which].get_database_backend();
        Pool {
            server: Arc::clone(self),
            which,
            backend,
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Current> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up the connections of a generation, unless that is done already.
    pub fn give_up(self: &Arc<Self>, generation: &Generation, why: &str) {
        let old = {
            let mut current = self.write();
            let was_left = !std::ptr::eq(&*current.generation, generation);
            if was_left || current.since.elapsed() < CALM {
                return;
            }
            current.generation = Generation::begin(Arc::downgrade(self));
            current.since = Instant::now();
            let make = self.make.iter();
            let new = make.map(|make| make(&current.generation)).collect();
            let old = std::mem::replace(&mut current.pools, new);
            #[cfg(feature = "testing")]
            current.tell_watcher();
            old
        };
        tracing::warn!(
            why,
            "The connections to the database are given up and made anew"
        );
        for pool in old {
            let pool: PgPool = pool.get_postgres_connection_pool().clone();
            // From here on it gives out no connection, and takes none back.
            drop(pool.close());
            tokio::spawn(async move { timeout(CLOSING, pool.close()).await });
        }
    }
}

impl Current {
    fn new(generation: Arc<Generation>, pools: Vec<DatabaseConnection>) -> Self {
        Self {
            generation,
            since: Instant::now(),
            pools,
            #[cfg(feature = "testing")]
            watcher: None,
        }
    }

    #[cfg(feature = "testing")]
    fn tell_watcher(&mut self) {
        if let Some(statements) = &self.watcher {
            for pool in &mut self.pools {
                let statements = statements.clone();
                pool.set_metric_callback(move |info| statements.add(&info.statement.sql));
            }
        }
    }
}

/// Connections for one purpose.
#[derive(Clone)]
pub(crate) struct Pool {
    server: Arc<Server>,
    which: usize,
    backend: DatabaseBackend,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("which", &self.which).finish()
    }
}

impl Pool {
    pub(super) fn current(&self) -> (Arc<Generation>, DatabaseConnection) {
        let current = self.server.read();
        let generation = Arc::clone(&current.generation);
        (generation, current.pools[self.which].clone())
    }

    /// Lets a test see every statement, on all pools of the server.
    #[cfg(feature = "testing")]
    pub(super) fn watch(&self, statements: &crate::testing::Statements) {
        let mut current = self.server.write();
        current.watcher = Some(statements.clone());
        current.tell_watcher();
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        let mut tries = 0..2;
        loop {
            let (generation, pool) = self.current();
            let begin = pool.begin_with_options(options);
            match self.on_a_connection(&generation, begin).await {
                Ok((inner, made)) => return Ok(Transaction::new(inner, self, generation, made)),
                // The pool was given up while this waited for a connection of it.
                Err(error) if is_closed(&error) && tries.next().is_some() => (),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reports that the server is read-only.
    pub(super) fn only_reads(&self) {
        let (generation, _) = self.current();
        generation.give_up("it only reads");
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        let (generation, pool) = self.current();
        self.done(&generation, pool.ping()).await
    }

    /// PostgreSQL's present pool, for what SeaORM can't do. `None` for SQLite.
    pub(crate) fn postgres(&self) -> Option<PgPool> {
        let (_, pool) = self.current();
        (self.backend == DatabaseBackend::Postgres)
            .then(|| pool.get_postgres_connection_pool().clone())
    }

    /// Does work that needs a connection, and also gives when the connection was made.
    async fn on_a_connection<T>(
        &self,
        generation: &Generation,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<(T, Instant), DbErr> {
        match &self.server.limits {
            Some(limits) => generation.on_a_connection(limits, work).await,
            None => Ok((work.await?, Instant::now())),
        }
    }

    async fn done<T>(
        &self,
        generation: &Generation,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let (done, _) = self.on_a_connection(generation, work).await?;
        Ok(done)
    }

    /// Waits for an answer on a connection that was made at `made`, within its limit.
    pub(super) async fn within_limits<T>(
        &self,
        generation: &Generation,
        made: Instant,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        match &self.server.limits {
            Some(limits) => generation.answer(limits, made, work).await,
            None => work.await,
        }
    }
}

/// Whether a pool gave no connection because it was given up.
fn is_closed(error: &DbErr) -> bool {
    matches!(
        error,
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
    )
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let (generation, pool) = self.current();
        self.done(&generation, pool.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let (generation, pool) = self.current();
        self.done(&generation, pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let (generation, pool) = self.current();
        self.done(&generation, pool.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (generation, pool) = self.current();
        self.done(&generation, pool.query_all_raw(statement)).await
    }
}
