//! Finds the due connections, and their order.
//!
//! While no more is due than the rate allows, all due connections are leased
//! through an index on `due_at`. Otherwise there is a backlog: due connections
//! enter a queue (`queued_expiry`), and tenants are served one after the other,
//! each with its nearest expiry first. The cost depends on how many connections
//! are leased and how many tenants wait, not on how many connections there are.

#[cfg(test)]
mod tests;

use super::lease::{LEASE, Lease};
use crate::{
    core::{
        database::Transaction,
        error::InternalError,
        queries::{self, Query},
        services::Services,
    },
    engine::rate_limit::RateLimit,
};
use domain::{time::Timestamp, token};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use tokio::time::Instant;
use uuid::Uuid;

/// How many connections enter the queue in one transaction.
const BATCH: i64 = 1_000;
/// How many such transactions run before connections are leased.
const FILLS: usize = 10;

/// The leased connections.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Each with the instant from which its request may be sent.
    pub leases: Vec<(Lease, Instant)>,
    /// Why more may be due than was leased.
    pub left: Left,
}

/// What limits the number of leased connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// Nothing: no more are due.
    Nothing,
    /// The rate limit.
    Paced,
    /// The caller can take no more.
    Crowded,
}

/// How many connections are due.
struct Due {
    /// Outside of the queue; counted up to one more than [`BATCH`].
    waiting: i64,
    /// Whether the queue holds any.
    queue: bool,
}

/// Leases due connections, as many as the caller can take and the shared rate
/// has slots for.
pub(crate) async fn take(services: &Services, room: usize) -> Result<Taken, InternalError> {
    let mut fills = FILLS;
    loop {
        let tx = services.db.begin_write().await?;
        let mut rate_limit = RateLimit::lock(services, &tx).await?;
        let allowed = rate_limit.allowed();
        let most = allowed.min(room as u64).cast_signed();
        let mut taken = Taken {
            leases: Vec::new(),
            left: if allowed > room as u64 {
                Left::Crowded
            } else {
                Left::Paced
            },
        };
        if most == 0 {
            return Ok(taken);
        }
        let work = Work {
            services,
            tx: &tx,
            now: services.now(),
        };
        let due = work.look().await?;
        if due.waiting > BATCH && fills > 0 {
            // The queue is filled before any are leased, in short transactions
            // that block nobody for long; others take slots in the meantime.
            tx.commit().await?;
            fills -= fill(services, fills).await?;
            continue;
        }
        let all = !due.queue && due.waiting <= most;
        let rows = if all {
            work.take_all(most).await?
        } else {
            if due.waiting > 0 {
                work.queue().await?;
            }
            work.take_fairly(most, &mut rate_limit).await?
        };
        if all || (rows.len() as i64) < most {
            // All of them were leased, or the queue is empty, or others hold
            // the rest of it.
            taken.left = Left::Nothing;
        }
        taken.leases = rows.into_iter().zip(rate_limit.reserve(most)).collect();
        if !taken.leases.is_empty() {
            rate_limit.take(taken.leases.len());
            rate_limit.store(services, &tx).await?;
        }
        tx.commit().await?;
        return Ok(taken);
    }
}

/// Moves due connections into the queue, in at most `most` transactions; gives
/// how many it made, at least one.
async fn fill(services: &Services, most: usize) -> Result<usize, InternalError> {
    for done in 1..=most {
        let tx = services.db.begin_write().await?;
        let work = Work {
            services,
            tx: &tx,
            now: services.now(),
        };
        let moved = work.queue().await?;
        tx.commit().await?;
        if moved < BATCH {
            return Ok(done);
        }
    }
    Ok(most)
}

/// The statements for either database.
struct Work<'a> {
    services: &'a Services,
    tx: &'a Transaction,
    now: Timestamp,
}

impl Work<'_> {
    async fn rows(
        &self,
        query: Query,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>, InternalError> {
        let statement = query.with(&self.services.db, values);
        Ok(self.tx.query_all_raw(statement).await?)
    }

    /// Corrects impossible states, and counts the due connections. Leases that
    /// have ended, or end later than any lease can, become free; connections in
    /// the queue that aren't due leave it; connections that are due later than
    /// anything is planned become due now. The impossible times come from
    /// clocks that were wrong.
    async fn look(&self) -> Result<Due, InternalError> {
        let latest = token::latest_due(self.services.now(), self.services.config.check_interval);
        let values: [Value; 4] = [self.now.into(), latest.into(), LEASE.into(), BATCH.into()];
        for statement in queries::PUT_RIGHT.with(&self.services.db, values.clone()) {
            self.tx.execute_raw(statement).await?;
        }
        let rows = self.rows(queries::DUE_LOOK, values).await?;
        let row = rows
            .first()
            .ok_or_else(|| InternalError::inconsistent("connections", "due_at", "count"))?;
        Ok(Due {
            waiting: row.try_get("", "waiting")?,
            queue: row.try_get("", "queue")?,
        })
    }

    /// Moves a batch of due connections into the queue; gives how many.
    async fn queue(&self) -> Result<i64, InternalError> {
        let values = [self.now.into(), BATCH.into()];
        let rows = self.rows(queries::DUE_QUEUE, values).await?;
        if self.services.db.is_sqlite() {
            return Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX));
        }
        Ok(rows
            .first()
            .map(|row| row.try_get("", "moved"))
            .transpose()?
            .unwrap_or_default())
    }

    /// Leases all due connections; there is no queue.
    async fn take_all(&self, most: i64) -> Result<Vec<Lease>, InternalError> {
        let values = [LEASE.into(), self.now.into(), most.into()];
        self.rows(queries::DUE_TAKE, values)
            .await?
            .iter()
            .map(Lease::read)
            .collect()
    }

    /// Leases from the queue, tenant by tenant, beginning after the one that
    /// was served last, for as many rounds as the limit allows; the part that
    /// one tenant doesn't use goes to the others. The nearest expiry of a
    /// tenant comes first.
    async fn take_fairly(
        &self,
        most: i64,
        rate_limit: &mut RateLimit,
    ) -> Result<Vec<Lease>, InternalError> {
        let served = rate_limit
            .served_tenant
            .map_or(Uuid::nil(), |tenant| tenant.0);
        let mut leases: Vec<(i64, Lease)> = if self.services.db.is_sqlite() {
            let values = [most.into(), served.into()];
            let chosen = self.rows(queries::FAIR_QUEUE, values).await?;
            let chosen: Vec<Uuid> = chosen
                .iter()
                .map(|row| row.try_get("", "id"))
                .collect::<Result<_, _>>()?;
            if chosen.is_empty() {
                return Ok(Vec::new());
            }
            let mut values: Vec<Value> = vec![LEASE.into(), self.now.into()];
            values.extend(chosen.iter().map(|id| Value::from(*id)));
            let take = queries::take_chosen_on_sqlite(chosen.len());
            let take = Statement::from_sql_and_values(self.services.db.backend(), take, values);
            let rows = self.tx.query_all_raw(take).await?;
            let mut leases = Vec::new();
            for row in &rows {
                let id: Uuid = row.try_get("", "id")?;
                let place = chosen.iter().position(|other| *other == id);
                if row.try_get::<i64>("", "lease_until")? > 0 {
                    leases.push((place.unwrap_or_default() as i64, Lease::read(row)?));
                }
            }
            leases
        } else {
            let values = [LEASE.into(), self.now.into(), most.into(), served.into()];
            self.rows(queries::FAIR_QUEUE, values)
                .await?
                .iter()
                .map(|row| Ok((row.try_get("", "place")?, Lease::read(row)?)))
                .collect::<Result<_, InternalError>>()?
        };
        leases.sort_unstable_by_key(|(place, _)| *place);
        if let Some((_, last)) = leases.last() {
            rate_limit.served_tenant = Some(last.tenant);
        }
        Ok(leases.into_iter().map(|(_, lease)| lease).collect())
    }
}
