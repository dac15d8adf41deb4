//! Leases: who may ask Gorgias for a connection's next token.
//!
//! A lease runs on the database's clock and carries a fencing number. It says
//! who may call; whether a result is written is decided by `token_version`.

use super::single_flight::Waiting;
use crate::{
    core::{error::InternalError, services::Services},
    engine::rate_limit::RateLimit,
    tenancy::{TenantScope, Tx},
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

/// How long somebody who asks waits for whoever holds a lease.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// SQL for a lease that nobody holds: it ran out, or it ends later than any
/// can, since it was taken before the database's clock was put back.
fn free(services: &Services) -> String {
    let clock = services.db.clock_sql();
    format!(
        "lease_until NOT BETWEEN {clock} + 1 AND {clock} + {}",
        LEASE.0
    )
}

/// The right to call upstream for one connection.
#[derive(Debug)]
pub(crate) struct Lease {
    pub tenant: TenantId,
    pub connection: ConnectionId,
    pub fence: i64,
}

impl Lease {
    /// Takes the lease of one connection, unless somebody holds it.
    pub async fn take(
        services: &Services,
        tx: &Tx,
        connection: ConnectionId,
    ) -> Result<Option<Self>, InternalError> {
        let clock = services.db.clock_sql();
        let row = tx
            .query_one_raw(Statement::from_sql_and_values(
                services.db.backend(),
                format!(
                    "UPDATE connections SET lease_until = {clock} + $1, lease_fence = lease_fence + 1 \
                     WHERE id = $2 AND tenant_id = $3 AND {} \
                     RETURNING id, tenant_id, lease_fence",
                    free(services)
                ),
                [LEASE.into(), connection.into(), tx.tenant().into()],
            ))
            .await?;
        let lease = row.map(|row| Self::read(&row)).transpose()?;
        if lease.is_some() {
            // Somebody waits for it, so it goes at once; the sweep makes up for it.
            let mut rate_limit = RateLimit::lock(services, tx).await?;
            rate_limit.take(1);
            rate_limit.store(services, tx).await?;
        }
        Ok(lease)
    }

    /// Takes the lease of one connection, if nobody seems to hold it: who waits
    /// for it begins no transaction that writes as long as it would be in vain.
    pub async fn take_if_free(
        scope: &TenantScope,
        connection: ConnectionId,
    ) -> Result<Option<Self>, InternalError> {
        let tx = scope.read().await?;
        let free = tx
            .query_one_raw(Statement::from_sql_and_values(
                scope.db.backend(),
                format!(
                    "SELECT id FROM connections WHERE id = $1 AND tenant_id = $2 AND {}",
                    free(scope)
                ),
                [connection.into(), tx.tenant().into()],
            ))
            .await?;
        drop(tx);
        if free.is_none() {
            return Ok(None);
        }
        let tx = scope.write().await?;
        let lease = Self::take(scope, &tx, connection).await?;
        tx.commit().await?;
        Ok(lease)
    }

    /// Takes the lease of one connection as soon as nobody holds it; `None` if
    /// that takes longer than [`PATIENCE`].
    pub async fn wait(
        scope: &TenantScope,
        connection: ConnectionId,
    ) -> Result<Option<Self>, InternalError> {
        let mut waiting = Waiting::new(scope, connection, Instant::now() + PATIENCE);
        loop {
            let lease = Self::take_if_free(scope, connection).await?;
            if lease.is_some() || !waiting.news().await {
                return Ok(lease);
            }
        }
    }

    /// Gives the lease back, unless somebody else holds it by now.
    pub async fn give_back(&self, services: &Services, tx: &Tx) -> Result<(), InternalError> {
        tx.execute_raw(Statement::from_sql_and_values(
            services.db.backend(),
            "UPDATE connections SET lease_until = 0 WHERE id = $1 AND tenant_id = $2 AND lease_fence = $3",
            [self.connection.into(), tx.tenant().into(), self.fence.into()],
        ))
        .await?;
        Ok(())
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
