//! The worker's part: goes on with jobs, and removes old ones.

use super::turn::Turn;
use crate::core::{database::Transaction, error::InternalError, queries, services::Services};
use domain::{
    ids::{JobId, TenantId},
    job::{FILE_KEPT_FOR, KEPT_FOR},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Value};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often to look for jobs, unless there was more to do than a turn.
const PERIOD: Duration = Duration::from_secs(1);
/// How many jobs have a turn at once.
const AT_ONCE: i64 = 8;
/// How many rows of each kind are removed at once.
const SWEPT: i64 = 1_000;

/// Goes on with jobs until told to stop. A turn that is under way is finished first.
pub(crate) async fn run(services: &Services, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let had_turns = run_due(services).await.unwrap_or_else(|error| {
            tracing::error!(%error, "The worker could not look for bulk jobs");
            0
        });
        if had_turns == 0
            && stop
                .run_until_cancelled(tokio::time::sleep(PERIOD))
                .await
                .is_none()
        {
            return;
        }
    }
}

/// Gives some of the due jobs a turn each, waits for all of them, and gives their number.
///
/// # Errors
/// [`InternalError`] if the database can't list them. A failure of one job is logged and
/// doesn't stop the others; it is tried again after a minute.
pub async fn run_due(services: &Services) -> Result<usize, InternalError> {
    let now = services.expiry_now();
    let due = queries::JOBS_DUE.with(&services.db, [now.into(), AT_ONCE.into()]);
    let rows = services.db.read().query_all_raw(due).await?;
    let mut turns = JoinSet::new();
    for row in &rows {
        let turn = Turn {
            services: services.clone(),
            tenant: TenantId(row.try_get("", "tenant_id")?),
            id: JobId(row.try_get("", "id")?),
        };
        turns.spawn(async move {
            if let Err(error) = turn.run().await {
                tracing::error!(%error, job.id = %turn.id, "A bulk job could not go on");
            }
        });
    }
    while let Some(ended) = turns.join_next().await {
        ended?;
    }
    Ok(rows.len())
}

/// Removes jobs that ended long ago, and the files of those that ended before yesterday.
pub(crate) async fn sweep(
    services: &Services,
    tx: &Transaction,
    now: Timestamp,
) -> Result<(), InternalError> {
    let values: [Value; 3] = [
        now.minus(KEPT_FOR).into(),
        now.minus(FILE_KEPT_FOR).into(),
        SWEPT.into(),
    ];
    for statement in queries::SWEEP_JOBS.with(&services.db, values) {
        tx.query_all_raw(statement).await?;
    }
    Ok(())
}
