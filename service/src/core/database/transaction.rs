//! Transactions.

use super::{generation::Generation, pool::Pool};
use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult,
    Statement,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::time::Instant;

/// A transaction. On PostgreSQL each statement in it has a time limit; one that
/// takes longer ends the transaction, and its connection is not used again.
pub(crate) struct Transaction {
    inner: DatabaseTransaction,
    pool: Pool,
    /// The generation of its connection.
    generation: Arc<Generation>,
    /// When its connection was made.
    made: Instant,
    /// A statement was given up: whether the server did it is unknown.
    given_up: AtomicBool,
}

impl Transaction {
    pub(super) fn new(
        inner: DatabaseTransaction,
        pool: &Pool,
        generation: Arc<Generation>,
        made: Instant,
    ) -> Self {
        Self {
            inner,
            pool: pool.clone(),
            generation,
            made,
            given_up: AtomicBool::new(false),
        }
    }

    /// Commits the changes.
    ///
    /// # Errors
    /// If the database doesn't confirm the commit. It may be done all the same.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.may_go_on()?;
        let commit = self.inner.commit();
        self.pool
            .within_limits(&self.generation, self.made, commit)
            .await
    }

    fn may_go_on(&self) -> Result<(), DbErr> {
        if self.given_up.load(Ordering::Relaxed) {
            return Err(super::errors::no_answer());
        }
        Ok(())
    }

    async fn step<T>(&self, step: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        self.may_go_on()?;
        let step = self.pool.within_limits(&self.generation, self.made, step);
        let result = step.await;
        if result.as_ref().is_err_and(super::errors::is_no_answer) {
            self.given_up.store(true, Ordering::Relaxed);
        }
        result
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.step(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.step(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.step(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.step(self.inner.query_all_raw(statement)).await
    }
}
