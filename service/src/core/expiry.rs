//! The time for expiry and for removing old rows (security.md 78). For tokens,
//! the machine's clock counts, since Gorgias ends them by its own. But if the
//! machine's clock jumps by a year, no session, link or entry of the audit may
//! be lost.
//!
//! With PostgreSQL the database's clock counts. With SQLite there is no other
//! clock: the worker records the time with each heartbeat, and a clock that is
//! more than a day ahead of the last record isn't believed. Time then continues
//! from the record, and nothing is removed, until the clock is put right or an
//! operator says that it is right.

use crate::{
    core::{
        error::InternalError,
        rows::Rows,
        services::{Inner, ProcessState, Services},
    },
    entity::heartbeat,
};
use domain::time::{Span, Timestamp};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement, sea_query::OnConflict};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How far a clock may move between two heartbeats.
const MOST: Span = Span::days(1);
/// How often each process checks the clock.
const PERIOD: Duration = Duration::from_secs(15);
/// The row with the last time that was believed.
const NOTE: &str = "clock";

/// How far the machine's clock is ahead, as this process knows it.
#[derive(Default)]
pub struct ExpiryClock {
    ahead: AtomicI64,
}

impl ProcessState for ExpiryClock {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

impl ExpiryClock {
    fn ahead(&self) -> Span {
        Span(self.ahead.load(Ordering::Relaxed))
    }

    fn set(&self, ahead: Span) {
        self.ahead.store(ahead.0, Ordering::Relaxed);
    }
}

impl Services {
    /// The present instant for expiry.
    pub fn expiry_now(&self) -> Timestamp {
        self.now().minus(self.state::<ExpiryClock>().ahead())
    }
}

/// The result of a check of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The present instant for expiry.
    pub now: Timestamp,
    /// How far the machine's clock is ahead of the last heartbeat, if that is
    /// too much to be believed: then nothing may be removed.
    pub doubt: Option<Span>,
}

/// Checks how far the machine's clock is ahead.
///
/// # Errors
/// [`InternalError`] if the database fails; the earlier result stays.
pub async fn look(services: &Services) -> Result<Sight, InternalError> {
    let now = services.now();
    let doubt = if services.db.is_sqlite() {
        let doubt = note(services)
            .await?
            .map(|noted| now.since(noted))
            .filter(|ahead| *ahead > MOST);
        let known = services.state::<ExpiryClock>().ahead();
        match doubt {
            None => services.state::<ExpiryClock>().set(Span(0)),
            // The clock was in doubt before, and time continues from the record.
            Some(ahead) if (ahead.0 - known.0).abs() <= MOST.0 => (),
            Some(ahead) => {
                services.state::<ExpiryClock>().set(ahead);
                tracing::error!(
                    "The clock is {} ahead of the last heartbeat; nothing that is old is removed until it is put right, or `mooring check --clock-is-right` says that it is right",
                    ahead.words()
                );
            }
        }
        doubt
    } else {
        services
            .state::<ExpiryClock>()
            .set(now.since(database_now(services).await?));
        None
    };
    Ok(Sight {
        now: services.expiry_now(),
        doubt,
    })
}

/// Checks the clock, and records the time for later checks; called with each heartbeat.
pub(crate) async fn beat(services: &Services) -> Result<Sight, InternalError> {
    let sight = look(services).await?;
    if services.db.is_sqlite() && note(services).await?.is_none_or(|noted| noted < sight.now) {
        write(services, sight.now).await?;
    }
    Ok(sight)
}

/// An operator says that the machine's clock is right.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn is_right(services: &Services) -> Result<(), InternalError> {
    if services.db.is_sqlite() {
        write(services, services.now()).await?;
    }
    look(services).await?;
    Ok(())
}

/// Checks the clock from time to time until told to stop. Runs in every
/// process, since each has sessions and tokens to check.
pub async fn keep_looking(services: Services, stop: CancellationToken) {
    let mut timer = tokio::time::interval(PERIOD);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = look(&services).await {
            tracing::debug!(%error, "The clock could not be compared");
        }
    }
}

async fn note(services: &Services) -> Result<Option<Timestamp>, InternalError> {
    let row = heartbeat::Entity::find_by_id(NOTE)
        .row::<heartbeat::Model>(services.db.read())
        .await?;
    Ok(row.map(|row| row.at))
}

async fn write(services: &Services, at: Timestamp) -> Result<(), InternalError> {
    let row = heartbeat::ActiveModel {
        name: Set(NOTE.to_owned()),
        at: Set(at),
    };
    let tx = services.db.begin_write().await?;
    heartbeat::Entity::insert(row)
        .on_conflict(
            OnConflict::column(heartbeat::Column::Name)
                .update_column(heartbeat::Column::At)
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn database_now(services: &Services) -> Result<Timestamp, InternalError> {
    // In tests, the database's clock moves with the others.
    if let Some(clock) = &services.database_clock {
        return Ok(clock.now());
    }
    let sql = format!("SELECT {} AS now", services.db.clock_sql());
    let statement = Statement::from_string(services.db.backend(), sql);
    let row = services.db.read().query_one_raw(statement).await?;
    let row = row.ok_or_else(|| InternalError::inconsistent("pg_catalog", "clock", "no row"))?;
    Ok(row.try_get::<Timestamp>("", "now")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_each_database;

    /// security.md 78: a time that was believed once isn't doubted later, when
    /// the clock was put back and is right again.
    #[tokio::test]
    async fn s78_a_clock_that_is_right_again_is_not_doubted() {
        on_each_database(async |world| {
            for jump in [0, -3, 3] {
                world.clock.jump(Span::days(jump));
                let sight = beat(&world.services).await.unwrap();
                assert_eq!(sight.doubt, None, "{jump}");
            }
        })
        .await;
    }
}
