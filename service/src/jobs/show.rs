//! One job, with the accounts that failed.

use super::{Job, JobError, again::is_followed, filter::Stored, items, list::named, visible};
use crate::{
    accounts,
    core::rows::Rows,
    entity::{job, job_item},
    tenancy::Actor,
};
use domain::{
    ids::JobId,
    job::{ItemState, JobReason},
    permission::Permission,
    subdomain::Subdomain,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// How many failed accounts are named for each reason.
const NAMED: u64 = 20;

/// The accounts that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAccounts {
    /// Why.
    pub reason: JobReason,
    /// How many.
    pub number: u64,
    /// The first of them by subdomain: each with what people call it, and what more is
    /// known of the failure.
    pub accounts: Vec<(Subdomain, String, Option<String>)>,
}

/// A job with what failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDetails {
    /// The job.
    pub job: Job,
    /// What failed, the most frequent reason first.
    pub failed: Vec<FailedAccounts>,
    /// The newest job that tries this one's failed accounts again, or takes it back.
    pub followed_by: Option<JobId>,
    /// Whether the failed accounts can be tried again, and no job does so.
    pub can_retry: bool,
    /// Whether what it changed can be taken back, and no job does so.
    pub can_undo: bool,
}

/// A job, if the actor may see it.
///
/// # Errors
/// [`JobError::NotFound`] if not.
pub async fn show(actor: &Actor, id: JobId) -> Result<JobDetails, JobError> {
    actor.require(Permission::Look)?;
    let tx = actor.read().await?;
    let row: Option<job::Model> = tx
        .all::<job::Entity>()
        .filter(job::Column::Id.eq(id))
        .filter(visible(actor))
        .row(&*tx)
        .await?;
    let row = row.ok_or(JobError::NotFound)?;
    let job = named(&tx, vec![row]).await?.pop();
    let job = job.ok_or(JobError::NotFound)?;
    let mut failed = Vec::new();
    for (reason, number) in &job.reasons {
        let rows: Vec<job_item::Model> = items::in_state(&tx, id, ItemState::Failed, Some(*reason))
            .limit(NAMED)
            .readable(&*tx, "the failed accounts of a job")
            .await?;
        let of = rows.iter().map(|row| &row.subdomain);
        // Whoever is limited is told no name of an account that isn't theirs any more.
        let seen = accounts::find_all(&tx, of, &actor.apps, false).await?;
        let titles: HashMap<_, _> = seen
            .into_iter()
            .map(|one| (one.subdomain.clone(), one.title().to_owned()))
            .collect();
        let named = rows.into_iter().map(|row| {
            let title = titles.get(&row.subdomain).cloned();
            let title = title.unwrap_or_else(|| row.subdomain.to_string());
            (row.subdomain, title, row.note)
        });
        failed.push(FailedAccounts {
            reason: *reason,
            number: *number,
            accounts: named.collect(),
        });
    }
    let following: Option<job::Model> = tx
        .all::<job::Entity>()
        .filter(job::Column::OfJob.eq(id))
        .filter(visible(actor))
        .order_by_desc(job::Column::Id)
        .row(&*tx)
        .await?;
    let can_retry = job.can_retry() && !is_followed(&tx, id, &Stored::Failed).await?;
    let can_undo = job.can_undo() && !is_followed(&tx, id, &Stored::Changed).await?;
    Ok(JobDetails {
        job,
        failed,
        can_retry,
        can_undo,
        followed_by: following.map(|row| row.id),
    })
}
