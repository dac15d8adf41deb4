//! The rate of token requests to Gorgias: one rate for all processes.
//!
//! The rate limit is the generic cell rate algorithm (ITU-T I.371, A) over one
//! row, on the database's clock: `free_at` is the first free slot. Slots are
//! one step apart. A process may take slots up to a second ahead, and each
//! request waits for its slot. So a look now and then is enough for the full
//! rate, and there is no burst.

use crate::core::{database::Transaction, error::InternalError, services::Services};
use domain::{
    ids::TenantId,
    time::{Span, Timestamp},
};
use sea_orm::{ConnectionTrait, Statement};
use std::time::Duration;
use tokio::time::Instant;

/// How far ahead slots can be taken. Unused slots are not saved.
const AHEAD: Span = Span::seconds(1);
/// After this time, half of the slots that were taken ahead have passed.
pub(crate) const HALF_GONE: Duration = Duration::from_millis(500);
/// After this time without many 429s, the rate doubles again.
const RECOVERY: Span = Span::minutes(1);
/// The rate is never less than 2^-4 of the set rate.
const MOST_HALVINGS: u32 = 4;

/// The present rate limit, locked until the transaction ends.
pub(crate) struct RateLimit {
    now: Timestamp,
    /// The same instant, for waiting.
    here: Instant,
    free_at: Timestamp,
    slow: u32,
    slow_since: Timestamp,
    /// The time between two requests.
    step: Span,
    /// The tenant that was served last.
    pub served_tenant: Option<TenantId>,
}

impl RateLimit {
    /// Reads and locks the rate limit for this transaction.
    pub async fn lock(services: &Services, tx: &Transaction) -> Result<Self, InternalError> {
        let lock = if services.db.is_sqlite() {
            ""
        } else {
            "FOR UPDATE"
        };
        let sql = format!(
            "SELECT free_at, slow, slow_since, served_tenant, {} AS now FROM pace WHERE id = 1 {lock}",
            services.db.clock_sql()
        );
        let row = tx
            .query_one_raw(Statement::from_string(services.db.backend(), sql))
            .await?
            .ok_or_else(|| InternalError::inconsistent("pace", "id", 1))?;
        let now: Timestamp = row.try_get("", "now")?;
        let mut slow = u32::try_from(row.try_get::<i32>("", "slow")?).unwrap_or_default();
        // A halving in the future was made before the clock was put back.
        let mut slow_since = now.min(row.try_get("", "slow_since")?);
        if slow > 0 && now.since(slow_since) >= RECOVERY {
            slow -= 1;
            slow_since = now;
        }
        let step = (1_000_000_i64 << slow.min(MOST_HALVINGS))
            / i64::from(services.config.refresh_rate.max(1));
        let step = Span(step.max(1));
        let free_at: Timestamp = row.try_get("", "free_at")?;
        // Neither many readers nor a clock that was put back stop the sweep for longer.
        let most_debt = AHEAD.max(step).0.saturating_mul(2);
        Ok(Self {
            now,
            here: Instant::now(),
            free_at: free_at.clamp(now, now.plus(Span(most_debt))),
            slow,
            slow_since,
            step,
            served_tenant: row.try_get("", "served_tenant")?,
        })
    }

    /// How many slots can be taken now.
    pub fn allowed(&self) -> u64 {
        let open = self.now.plus(AHEAD).since(self.free_at).0.max(0);
        // The first slot is at the beginning.
        open.unsigned_abs().div_ceil(self.step.0.unsigned_abs())
    }

    /// When each of the next `requests` requests may be sent, if that many slots are taken.
    pub fn reserve(&self, requests: i64) -> impl Iterator<Item = Instant> + use<> {
        let (here, step) = (self.here, self.step.0);
        let first = self.free_at.since(self.now).0;
        (0..requests).map(move |n| {
            let wait = first.saturating_add(step.saturating_mul(n));
            here + Duration::from_micros(wait.max(0).unsigned_abs())
        })
    }

    /// Takes slots. A caller that can't wait takes one and sends at once; the
    /// others make up for it.
    pub fn take(&mut self, requests: usize) {
        let requests = i64::try_from(requests).unwrap_or(i64::MAX);
        self.free_at = self
            .free_at
            .plus(Span(self.step.0.saturating_mul(requests)));
    }

    /// Halves the rate, since many answers were 429.
    pub fn slow_down(&mut self) {
        self.slow = (self.slow + 1).min(MOST_HALVINGS);
        self.slow_since = self.now;
    }

    /// Stores the rate limit.
    pub async fn store(&self, services: &Services, tx: &Transaction) -> Result<(), InternalError> {
        let values: [sea_orm::Value; 4] = [
            self.free_at.into(),
            i32::try_from(self.slow).unwrap_or_default().into(),
            self.slow_since.into(),
            self.served_tenant.into(),
        ];
        let sql = "UPDATE pace SET free_at = $1, slow = $2, slow_since = $3, served_tenant = $4 WHERE id = 1";
        tx.execute_raw(Statement::from_sql_and_values(
            services.db.backend(),
            sql,
            values,
        ))
        .await?;
        Ok(())
    }
}

/// Whether this number of 429s means that all processes must slow down: more
/// than two, and more than a tenth.
pub(crate) fn too_many(limited: usize, of: usize) -> bool {
    limited > 2 && limited * 10 > of
}

/// Halves the rate for all processes.
pub(crate) async fn slow_down(services: &Services) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    let mut rate_limit = RateLimit::lock(services, &tx).await?;
    rate_limit.slow_down();
    rate_limit.store(services, &tx).await?;
    tx.commit().await?;
    tracing::warn!(
        halvings = rate_limit.slow,
        "Gorgias asks many accounts to slow down: so does the sweep"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty per second, with slots taken up to `ahead`.
    fn rate_limit(ahead: Span) -> RateLimit {
        let now = Timestamp(1_000_000_000);
        RateLimit {
            now,
            here: Instant::now(),
            free_at: now.plus(ahead),
            slow: 0,
            slow_since: Timestamp(0),
            step: Span(50_000),
            served_tenant: None,
        }
    }

    #[test]
    fn slots_are_taken_a_second_ahead_and_no_more() {
        assert_eq!(rate_limit(Span(0)).allowed(), 20);
        assert_eq!(rate_limit(Span(900_000)).allowed(), 2);
        assert_eq!(rate_limit(Span(1_000_000)).allowed(), 0);
    }

    #[test]
    fn slots_lie_a_step_apart_whoever_takes_them() {
        let mut rate_limit = rate_limit(Span(0));
        let mut slots = Vec::new();
        for some in [3, 4] {
            slots.extend(rate_limit.reserve(some));
            rate_limit.take(some as usize);
        }
        let begin = slots[0];
        let waits: Vec<u128> = slots.iter().map(|at| (*at - begin).as_millis()).collect();
        assert_eq!(waits, [0, 50, 100, 150, 200, 250, 300]);
    }

    #[test]
    fn what_goes_out_of_turn_is_made_up_for() {
        let mut rate_limit = rate_limit(Span(0));
        rate_limit.take(30);
        assert_eq!(rate_limit.allowed(), 0);
        rate_limit.now = rate_limit.now.plus(Span::seconds(1));
        assert_eq!(rate_limit.allowed(), 10);
    }

    #[test]
    fn a_rate_of_less_than_one_a_second_is_still_one() {
        let mut rate_limit = rate_limit(Span(0));
        rate_limit.step = Span::seconds(16);
        assert_eq!(rate_limit.allowed(), 1);
    }

    #[test]
    fn a_few_refusals_are_no_storm() {
        assert!(!too_many(2, 2));
        assert!(!too_many(3, 100));
        assert!(too_many(3, 20));
    }
}
