//! Choosing a job's accounts, a page in each step, so that no more is in memory.

use super::{
    filter::{self, Stored},
    items,
};
use crate::{
    connections::{
        by_account::{self, AccountsQuery, StoredQuery},
        list::{ListError, MOST},
    },
    core::{error::InternalError, rows::Rows},
    entity::{job, job_item},
    tenancy::{Actor, Tx},
};
use domain::{
    ids::JobId,
    job::{ItemState, JobAction},
    subdomain::Subdomain,
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};

/// The result of a step.
pub(super) struct Chose {
    /// How many were added.
    pub added: u64,
    /// Where the next step goes on; `None` if all are chosen.
    pub place: Option<String>,
}

/// Adds the next page of accounts after the place.
pub(super) async fn step(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    place: &str,
) -> Result<Chose, InternalError> {
    let (chosen, place) = match super::stored(job)? {
        Stored::OneByOne => (Vec::new(), None),
        Stored::Filter(filter) => filtered(actor, tx, job, filter, place).await?,
        Stored::Failed => of_job(tx, job, ItemState::Failed, place).await?,
        Stored::Changed => of_job(tx, job, ItemState::Done, place).await?,
    };
    let added = items::add(tx, job.id, chosen).await?;
    Ok(Chose { added, place })
}

type Page = (Vec<(Subdomain, Option<String>)>, Option<String>);

async fn filtered(
    actor: &Actor,
    tx: &Tx,
    job: &job::Model,
    filter: StoredQuery,
    place: &str,
) -> Result<Page, InternalError> {
    let query = AccountsQuery {
        after: (!place.is_empty()).then(|| place.to_owned()),
        ..filter::by_name(filter)
    };
    let found = by_account::names(actor, tx, &query).await;
    let (names, next) = found.map_err(|error| match error {
        ListError::BadCursor => InternalError::inconsistent("jobs", "place", job.id),
        ListError::Internal(error) => error,
    })?;
    let names = names.into_iter().map(|name| (name, None));
    Ok((names.collect(), next))
}

/// Those that failed in the other job, or that it changed.
async fn of_job(
    tx: &Tx,
    job: &job::Model,
    state: ItemState,
    place: &str,
) -> Result<Page, InternalError> {
    use job_item::Column;
    let missing = || InternalError::inconsistent("jobs", "of_job", job.id);
    let other: JobId = job.of_job.ok_or_else(missing)?;
    let mut query = tx
        .all::<job_item::Entity>()
        .filter(Column::JobId.eq(other))
        .filter(Column::State.eq(state));
    if state == ItemState::Done {
        query = query.filter(Column::Changed.eq(true));
    }
    if let Some((reason, subdomain)) = place.split_once(' ') {
        // The first part is where the index begins.
        let later = Condition::any()
            .add(Column::Reason.gt(reason))
            .add(Column::Subdomain.gt(subdomain));
        query = query.filter(Column::Reason.gte(reason)).filter(later);
    }
    let rows: Vec<job_item::Model> = query
        .order_by_asc(Column::Reason)
        .order_by_asc(Column::Subdomain)
        .limit(MOST)
        .rows(&**tx)
        .await?;
    let more = rows.len() as u64 == MOST;
    let last = rows.last().filter(|_| more);
    let place = last.map(|row| format!("{} {}", row.reason, row.subdomain));
    // Only this action has to know what was there before the other job.
    let keeps = job.action == JobAction::AssignBack;
    let chosen = rows.into_iter().map(|row| {
        let before = row.before.filter(|_| keeps);
        (row.subdomain, before)
    });
    Ok((chosen.collect(), place))
}
