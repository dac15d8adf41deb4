//! A job that goes on from another one: with those that failed, or to take it back.

use super::{
    Job, JobError,
    filter::Stored,
    start::{First, store},
    visible,
};
use crate::{
    core::{error::InternalError, relay, rows::Rows},
    entity::job,
    tenancy::{Actor, Tx},
};
use domain::{ids::JobId, job::JobState};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, sea_query::LockType};

/// Starts a job that does the same with the accounts that failed, and no others.
///
/// # Errors
/// [`JobError::Refused`] if nothing failed, it is still at work, or another job does so.
pub async fn retry(actor: &Actor, id: JobId) -> Result<JobId, JobError> {
    follow(actor, id, Stored::Failed).await
}

/// Starts a job that takes back what another one changed, and nothing else.
///
/// # Errors
/// [`JobError::Refused`] if there is nothing to take back, it is still at work, or another
/// job does so.
pub async fn undo(actor: &Actor, id: JobId) -> Result<JobId, JobError> {
    follow(actor, id, Stored::Changed).await
}

async fn follow(actor: &Actor, id: JobId, selection: Stored) -> Result<JobId, JobError> {
    let tx = actor.write().await?;
    // Locked, so that of two at once the second one sees the first one's job.
    let row: Option<job::Model> = tx
        .all::<job::Entity>()
        .filter(job::Column::Id.eq(id))
        .filter(visible(actor))
        .lock(LockType::NoKeyUpdate)
        .row(&*tx)
        .await?;
    let before = Job::try_from(row.ok_or(JobError::NotFound)?)?;
    actor.require(before.work.action().permission())?;
    let work = if selection == Stored::Failed {
        Some(before.work.clone()).filter(|_| before.can_retry())
    } else {
        before.work.undone_by().filter(|_| before.can_undo())
    };
    let work = work.ok_or(JobError::Refused(
        "The job is at work, or there is nothing of it to be done again or taken back.",
    ))?;
    if is_followed(&tx, id, &selection).await? {
        return Err(JobError::Refused(
            "Another job does that already: open “The job that followed”.",
        ));
    }
    let first = First {
        work: &work,
        selection,
        of_job: Some(id),
        chosen: None,
    };
    let id = store(actor, &tx, first).await?;
    tx.commit().await?;
    relay::tell_jobs(actor.services(), actor.tenant()).await;
    Ok(id)
}

/// Whether another job goes on from this one in this way. What was stopped may be begun again.
pub(super) async fn is_followed(
    tx: &Tx,
    id: JobId,
    selection: &Stored,
) -> Result<bool, InternalError> {
    tx.all::<job::Entity>()
        .filter(job::Column::OfJob.eq(id))
        .filter(job::Column::Selection.eq(selection.text(id)?))
        .filter(job::Column::State.ne(JobState::Stopped))
        .any(&**tx)
        .await
}
