//! The accounts of jobs.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::job_item::{ActiveModel, Column, Entity, Model},
    tenancy::Tx,
};
use domain::{
    ids::JobId,
    job::{ItemState, JobReason},
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, OnConflict},
};

/// How many rows one statement inserts: both databases allow a limited number of values.
const AT_ONCE: usize = 100;

/// How an account ended.
pub(super) struct Ended {
    pub subdomain: Subdomain,
    /// Why it failed, if it did.
    pub failed: Option<JobReason>,
    pub changed: bool,
    /// What was there before; `None` leaves what is noted.
    pub before: Option<String>,
    pub note: Option<String>,
}

impl Ended {
    pub fn done(subdomain: Subdomain) -> Self {
        Self {
            subdomain,
            failed: None,
            changed: false,
            before: None,
            note: None,
        }
    }

    pub fn failed(subdomain: Subdomain, why: JobReason) -> Self {
        Self {
            failed: Some(why),
            ..Self::done(subdomain)
        }
    }

    pub fn note(self, note: impl Into<String>) -> Self {
        Self {
            note: Some(note.into()),
            ..self
        }
    }

    /// It was changed, and this was there before.
    pub fn changed(self, before: impl Into<String>) -> Self {
        Self {
            changed: true,
            before: Some(before.into()),
            ..self
        }
    }
}

/// Adds accounts, each with what is to be known of it from before; gives how many the job
/// didn't have yet. They have to exist.
pub(super) async fn add(
    tx: &Tx,
    job: JobId,
    chosen: Vec<(Subdomain, Option<String>)>,
) -> Result<u64, InternalError> {
    let mut added = 0;
    let there = OnConflict::columns([Column::JobId, Column::Subdomain])
        .do_nothing()
        .to_owned();
    for some in chosen.chunks(AT_ONCE) {
        let rows = some.iter().map(|(subdomain, before)| ActiveModel {
            job_id: Set(job),
            tenant_id: Set(tx.tenant()),
            subdomain: Set(subdomain.clone()),
            state: Set(ItemState::Waiting),
            reason: Set(String::new()),
            before: Set(before.clone()),
            note: Set(None),
            changed: Set(false),
            at: Set(None),
        });
        added += Entity::insert_many(rows)
            .on_conflict(there.clone())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(added)
}

/// The accounts of a job in a state, failed ones for this reason alone, by name.
pub(super) fn in_state(
    tx: &Tx,
    job: JobId,
    state: ItemState,
    reason: Option<JobReason>,
) -> Select<Entity> {
    tx.all::<Entity>()
        .filter(Column::JobId.eq(job))
        .filter(Column::State.eq(state))
        .filter(Column::Reason.eq(reason.map_or("", JobReason::code)))
        .order_by_asc(Column::Subdomain)
}

/// The first ones in a state.
pub(super) async fn first(
    tx: &Tx,
    job: JobId,
    state: ItemState,
    most: u64,
) -> Result<Vec<Model>, InternalError> {
    in_state(tx, job, state, None).limit(most).rows(&**tx).await
}

/// Whether there is one in a state.
pub(super) async fn is_any(tx: &Tx, job: JobId, state: ItemState) -> Result<bool, InternalError> {
    in_state(tx, job, state, None).any(&**tx).await
}

/// Notes how accounts ended.
pub(super) async fn end(
    tx: &Tx,
    job: JobId,
    ended: &[Ended],
    now: Timestamp,
) -> Result<(), InternalError> {
    for one in ended {
        let state = match one.failed {
            None => ItemState::Done,
            Some(_) => ItemState::Failed,
        };
        let reason = one.failed.map_or("", JobReason::code);
        let mut update = of(tx, job, &one.subdomain)
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Reason, Expr::value(reason))
            .col_expr(Column::Changed, Expr::value(one.changed))
            .col_expr(Column::Note, Expr::value(one.note.clone()))
            .col_expr(Column::At, Expr::value(Some(now)));
        if one.before.is_some() {
            update = update.col_expr(Column::Before, Expr::value(one.before.clone()));
        }
        update.exec(&**tx).await?;
    }
    Ok(())
}

/// Notes that Gorgias is asked about an account, and how it is before.
pub(super) async fn asked(
    tx: &Tx,
    job: JobId,
    subdomain: &Subdomain,
    before: &str,
    now: Timestamp,
) -> Result<(), InternalError> {
    of(tx, job, subdomain)
        .col_expr(Column::State, Expr::value(ItemState::Asked))
        .col_expr(Column::Before, Expr::value(Some(before)))
        .col_expr(Column::At, Expr::value(Some(now)))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn of(tx: &Tx, job: JobId, subdomain: &Subdomain) -> sea_orm::UpdateMany<Entity> {
    tx.update::<Entity>()
        .filter(Column::JobId.eq(job))
        .filter(Column::Subdomain.eq(subdomain.as_str()))
}
