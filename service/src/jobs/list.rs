//! The jobs of a tenant, the newest first.

use super::{Job, visible};
use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::Rows,
    },
    entity::{job, person},
    tenancy::{Actor, Tx},
};
use domain::{
    ids::{JobId, PersonId},
    job::{JobState, Work},
    permission::Permission,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap};

/// How many jobs a page has.
const PAGE: u64 = 25;

/// A page of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPage {
    /// The jobs.
    pub rows: Vec<Job>,
    /// The `after` of the next page, if there is one.
    pub next: Option<JobId>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListJobsError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// A page of the jobs that the actor may see, along an index.
///
/// # Errors
/// [`ListJobsError`].
pub async fn list(actor: &Actor, after: Option<JobId>) -> Result<JobPage, ListJobsError> {
    actor.require(Permission::Look)?;
    let tx = actor.read().await?;
    let mut query = tx
        .all::<job::Entity>()
        .filter(visible(actor))
        .order_by_desc(job::Column::Id);
    if let Some(after) = after {
        query = query.filter(job::Column::Id.lt(after));
    }
    // One more than the page shows whether there is another page.
    let mut rows: Vec<job::Model> = query
        .limit(PAGE + 1)
        .readable(&*tx, "a page of jobs")
        .await?;
    let more = rows.len() as u64 > PAGE;
    rows.truncate(PAGE as usize);
    let next = rows.last().map(|row| row.id).filter(|_| more);
    Ok(JobPage {
        rows: named(&tx, rows).await?,
        next,
    })
}

/// The newest job at work that the actor may see.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn running(actor: &Actor) -> Result<Option<Job>, InternalError> {
    if !actor.may(Permission::Look) {
        return Ok(None);
    }
    let tx = actor.read().await?;
    let row: Option<job::Model> = tx
        .all::<job::Entity>()
        .filter(job::Column::State.eq(JobState::Running))
        .filter(visible(actor))
        .order_by_desc(job::Column::Id)
        .row(&*tx)
        .await?;
    Ok(named(&tx, row.into_iter().collect()).await?.pop())
}

/// The jobs with the names of people.
pub(super) async fn named(tx: &Tx, rows: Vec<job::Model>) -> Result<Vec<Job>, InternalError> {
    let mut jobs = Vec::with_capacity(rows.len());
    let mut people = BTreeSet::new();
    for row in rows {
        let by = row.person_id;
        let job = Job::try_from(row)?;
        let to = match &job.work {
            Work::Assign(to) => *to,
            _ => None,
        };
        people.extend(by.into_iter().chain(to));
        jobs.push((job, by, to));
    }
    // People belong to no tenant; these are named by this one's jobs.
    let people: Vec<person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(people))
        .readable(&**tx, "the people of jobs")
        .await?;
    let names: HashMap<PersonId, String> = people
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let name = |id: Option<PersonId>| id.and_then(|id| names.get(&id).cloned());
    let jobs = jobs.into_iter().map(|(job, by, to)| Job {
        by: name(by),
        assignee: name(to),
        ..job
    });
    Ok(jobs.collect())
}
