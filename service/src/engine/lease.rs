//! Leases: the right to ask Gorgias for a connection's next token.
//!
//! A lease runs on the database's clock and carries a fencing number. It
//! decides who may call; `token_version` decides whether a result is written.

use super::single_flight::Waiting;
use crate::{
    core::{error::InternalError, services::Services},
    engine::rate_limit::RateLimit,
    tenancy::TenantScope,
};
use domain::{
    ids::{ConnectionId, TenantId},
    time::Span,
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use std::time::Duration;
use tokio::time::Instant;

/// Long enough for a call, its confirmation and the write, each with its time-out.
pub(crate) const LEASE: Span = Span::seconds(45);

/// How long a caller waits for the holder of a lease.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// SQL for a free lease: it has ended, or it ends later than any lease can,
/// since it was taken before the database's clock was put back.
fn free(services: &Services) -> String {
    let clock = services.db.clock_sql();
    format!(
        "lease_until NOT BETWEEN {clock} + 1 AND {clock} + {}",
        LEASE.0
    )
}

/// The right to ask Gorgias for one connection.
#[derive(Debug)]
pub(crate) struct Lease {
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub fence: i64,
}

/// The result of waiting for a lease.
pub(crate) enum Waited<T> {
    /// This process has it.
    Taken(Lease),
    /// There is nothing more to do.
    Found(T),
    /// Another holder had it for too long.
    Late,
}

impl Lease {
    /// Takes the lease of one connection, unless somebody holds it: then no
    /// write transaction is begun.
    pub async fn take(
        scope: &TenantScope,
        connection: ConnectionId,
    ) -> Result<Option<Self>, InternalError> {
        let (clock, free, backend) = (scope.db.clock_sql(), free(scope), scope.db.backend());
        let tx = scope.read().await?;
        let seems_free = tx
            .query_one_raw(Statement::from_sql_and_values(
                backend,
                format!("SELECT id FROM connections WHERE id = $1 AND tenant_id = $2 AND {free}"),
                [connection.into(), tx.tenant().into()],
            ))
            .await?;
        drop(tx);
        if seems_free.is_none() {
            return Ok(None);
        }
        let tx = scope.write().await?;
        let row = tx
            .query_one_raw(Statement::from_sql_and_values(
                backend,
                format!(
                    "UPDATE connections SET lease_until = {clock} + $1, lease_fence = lease_fence + 1 \
                     WHERE id = $2 AND tenant_id = $3 AND {free} \
                     RETURNING id, tenant_id, lease_fence"
                ),
                [LEASE.into(), connection.into(), tx.tenant().into()],
            ))
            .await?;
        let lease = row.map(|row| Self::read(&row)).transpose()?;
        if lease.is_some() {
            // A caller waits for it, so it is sent at once; the sweep makes up for it.
            let mut rate_limit = RateLimit::lock(scope, &tx).await?;
            rate_limit.take(1);
            rate_limit.store(scope, &tx).await?;
        }
        tx.commit().await?;
        Ok(lease)
    }

    /// Takes the lease of one connection as soon as it is free, unless `look`
    /// finds first that nothing is left to do.
    pub async fn wait<T, E: From<InternalError>, F>(
        scope: &TenantScope,
        connection: ConnectionId,
        deadline: Instant,
        look: impl Fn() -> F,
    ) -> Result<Waited<T>, E>
    where
        F: Future<Output = Result<Option<T>, E>>,
    {
        let mut waiting = Waiting::new(scope, connection, deadline);
        loop {
            if let Some(found) = look().await? {
                return Ok(Waited::Found(found));
            }
            if let Some(lease) = Self::take(scope, connection).await? {
                // The previous holder may have done the work a moment ago.
                let Some(found) = look().await.transpose() else {
                    return Ok(Waited::Taken(lease));
                };
                lease.give_back(scope).await?;
                return found.map(Waited::Found);
            }
            if !waiting.news().await {
                return Ok(Waited::Late);
            }
        }
    }

    /// Gives the lease back, unless another holder has it by now.
    pub async fn give_back(&self, scope: &TenantScope) -> Result<(), InternalError> {
        let tx = scope.write().await?;
        tx.execute_raw(Statement::from_sql_and_values(
            scope.db.backend(),
            "UPDATE connections SET lease_until = 0 WHERE id = $1 AND tenant_id = $2 AND lease_fence = $3",
            [self.connection.into(), tx.tenant().into(), self.fence.into()],
        ))
        .await?;
        tx.commit().await
    }

    pub(crate) fn read(row: &QueryResult) -> Result<Self, InternalError> {
        Ok(Self {
            connection: row.try_get("", "id")?,
            tenant: row.try_get("", "tenant_id")?,
            fence: row.try_get("", "lease_fence")?,
        })
    }
}

#[cfg(test)]
mod tests;
