//! Stopping a job.

use super::{JobError, number, visible};
use crate::{
    audit::{self, Action, Entry, Target},
    core::{relay, rows::Rows},
    entity::job,
    tenancy::Actor,
};
use domain::{ids::JobId, job::JobState, time::Timestamp};
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// Stops a job: what is done stays done, and the other accounts are left alone.
///
/// # Errors
/// [`JobError::Refused`] if it is over already.
pub async fn stop(actor: &Actor, id: JobId) -> Result<(), JobError> {
    let tx = actor.write().await?;
    let row: Option<job::Model> = tx
        .all::<job::Entity>()
        .filter(job::Column::Id.eq(id))
        .filter(visible(actor))
        .lock(LockType::NoKeyUpdate)
        .row(&*tx)
        .await?;
    let row = row.ok_or(JobError::NotFound)?;
    actor.require(row.action.permission())?;
    if row.state != JobState::Running {
        return Err(JobError::Refused("The job was over already."));
    }
    tx.update::<job::Entity>()
        .filter(job::Column::Id.eq(id))
        .col_expr(job::Column::State, Expr::value(JobState::Stopped))
        .col_expr(job::Column::DueAt, Expr::value(None::<Timestamp>))
        .col_expr(job::Column::EndedAt, Expr::value(Some(actor.expiry_now())))
        .exec(&*tx)
        .await?;
    let over = number(row.done) + number(row.failed);
    let entry = Entry::of(actor, Action::JobStopped, Target::job(id, row.action));
    audit::record(actor, &tx, &entry.detail(format!("over={over}"))).await?;
    tx.commit().await?;
    relay::tell_jobs(actor.services(), actor.tenant()).await;
    Ok(())
}
