//! How fast Gorgias may be asked for tokens: one pace for all processes.
//!
//! The pace is the generic cell rate algorithm (ITU-T I.371, A) over one row,
//! on the database's clock: `free_at` is when the next request is free to go,
//! and lies at most a second back, which is the largest burst.

use crate::{error::Fault, services::Services};
use domain::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};

/// The largest burst: so much unused time is kept.
const BURST: Span = Span::seconds(1);
/// After how long without many 429s the rate doubles again.
const RECOVERY: Span = Span::minutes(1);
/// The rate is never less than 2^-4 of the one set.
const MOST_HALVINGS: u32 = 4;

/// The pace as it stands, locked until the transaction ends.
pub(crate) struct Pace {
    now: Timestamp,
    free_at: Timestamp,
    slow: u32,
    slow_since: Timestamp,
    /// Between two requests.
    step: Span,
}

impl Pace {
    /// Reads the pace, for this transaction alone.
    pub async fn lock(services: &Services, tx: &DatabaseTransaction) -> Result<Self, Fault> {
        let lock = if services.db.is_sqlite() {
            ""
        } else {
            "FOR UPDATE"
        };
        let sql = format!(
            "SELECT free_at, slow, slow_since, {} AS now FROM pace WHERE id = 1 {lock}",
            services.db.clock_sql()
        );
        let row = tx
            .query_one_raw(Statement::from_string(services.db.backend(), sql))
            .await?
            .ok_or_else(|| Fault::inconsistent("pace", "id", 1))?;
        let now = Timestamp(row.try_get("", "now")?);
        let mut slow = u32::try_from(row.try_get::<i32>("", "slow")?).unwrap_or_default();
        let mut slow_since = Timestamp(row.try_get("", "slow_since")?);
        if slow > 0 && now.since(slow_since) >= RECOVERY {
            slow -= 1;
            slow_since = now;
        }
        let step = (1_000_000_i64 << slow.min(MOST_HALVINGS))
            / i64::from(services.config.refresh_rate.max(1));
        Ok(Self {
            now,
            // The debt is bounded too: no crowd of readers, and no clock that was
            // put back, stops the sweep for longer.
            free_at: Timestamp(row.try_get("", "free_at")?)
                .clamp(now.minus(BURST), now.plus(BURST)),
            slow,
            slow_since,
            step: Span(step.max(1)),
        })
    }

    /// How many requests may go now.
    pub fn allowed(&self) -> u64 {
        (self.now.since(self.free_at).0 / self.step.0)
            .max(0)
            .unsigned_abs()
    }

    /// Counts requests that go now; also more than are allowed, which is made up for later.
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

    /// Stores the pace.
    pub async fn store(&self, services: &Services, tx: &DatabaseTransaction) -> Result<(), Fault> {
        let values: [sea_orm::Value; 3] = [
            self.free_at.0.into(),
            i32::try_from(self.slow).unwrap_or_default().into(),
            self.slow_since.0.into(),
        ];
        let sql = "UPDATE pace SET free_at = $1, slow = $2, slow_since = $3 WHERE id = 1";
        tx.execute_raw(Statement::from_sql_and_values(
            services.db.backend(),
            sql,
            values,
        ))
        .await?;
        Ok(())
    }
}

/// Whether so many 429s mean that everybody has to slow down: more than two,
/// and more than a tenth.
pub(crate) fn too_many(limited: usize, of: usize) -> bool {
    limited > 2 && limited * 10 > of
}

/// Halves the rate for everybody.
pub(crate) async fn slow_down(services: &Services) -> Result<(), Fault> {
    let tx = services.db.begin_write().await?;
    let mut pace = Pace::lock(services, &tx).await?;
    pace.slow_down();
    pace.store(services, &tx).await?;
    tx.commit().await?;
    tracing::warn!(
        halvings = pace.slow,
        "Gorgias asks many accounts to slow down: so does the sweep"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(idle: Span) -> Pace {
        let now = Timestamp(1_000_000_000);
        Pace {
            now,
            free_at: now.minus(idle).max(now.minus(BURST)),
            slow: 0,
            slow_since: Timestamp(0),
            step: Span(50_000),
        }
    }

    #[test]
    fn a_long_rest_allows_a_second_and_no_more() {
        assert_eq!(pace(Span::hours(5)).allowed(), 20);
        assert_eq!(pace(Span(100_000)).allowed(), 2);
        assert_eq!(pace(Span(-1)).allowed(), 0);
    }

    #[test]
    fn what_goes_out_of_turn_is_made_up_for() {
        let mut pace = pace(Span::seconds(1));
        pace.take(30);
        assert_eq!(pace.allowed(), 0);
        pace.now = pace.now.plus(Span::seconds(1));
        assert_eq!(pace.allowed(), 10);
    }

    #[test]
    fn a_few_refusals_are_no_storm() {
        assert!(!too_many(2, 2));
        assert!(!too_many(3, 100));
        assert!(too_many(3, 20));
    }
}
