//! Bulk jobs: one action on many accounts (ADR 40).
//!
//! `start` stores a job; the worker goes on with it in small transactions (`turn`). First
//! it chooses the accounts page by page (`choose`), then it does the action with each
//! (`actions`). All that a step did is in one transaction with the note that it was done, so
//! that a job goes on in any process where it was left.

mod actions;
mod again;
mod choose;
mod file;
mod filter;
mod items;
mod list;
mod run;
mod show;
mod start;
mod stop;
mod turn;

pub use again::{retry, undo};
pub use file::{JobFile, file};
pub use list::{JobPage, ListJobsError, list, running};
pub use run::run_due;
pub use show::{FailedAccounts, JobDetails, show};
pub(crate) use start::begin;
pub use start::{NewJob, Selection, StartError, start};
pub use stop::stop;

pub(crate) use run::{run, sweep};

use crate::{
    connections::by_account::AccountsQuery,
    core::error::{Forbidden, InternalError},
    entity::job,
    tenancy::Actor,
};
use domain::{
    ids::{JobId, PersonId},
    job::{FILE_KEPT_FOR, JobReason, JobState, Progress, Work},
    time::{Span, Timestamp},
};
use filter::Stored;
use sea_orm::{ColumnTrait, Condition};
use std::collections::BTreeMap;

/// Why a job was not found, changed or started.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The actor sees no such job.
    #[error("there is no such job")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// What was asked is over, or not possible with this job.
    #[error("{0}")]
    Refused(&'static str),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for JobError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// How a job's accounts were chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// One by one.
    OneByOne,
    /// All that this finds.
    Filter(Box<AccountsQuery>),
    /// Those that failed in another job.
    FailedOf(JobId),
    /// Those that another job changed.
    ChangedBy(JobId),
}

/// A job as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub work: Work,
    /// The name of the member whom it assigns accounts to, if it does.
    pub assignee: Option<String>,
    /// Who started it; `None` if the person is gone.
    pub by: Option<String>,
    /// How its accounts were chosen.
    pub chosen: Chosen,
    /// How far it is.
    pub state: JobState,
    /// Whether the accounts are all chosen, so that `total` is right.
    pub is_chosen: bool,
    /// How many accounts it has.
    pub total: u64,
    /// How many are done.
    pub done: u64,
    /// How many failed.
    pub failed: u64,
    /// How many of those that are done were changed by it.
    pub changed: u64,
    /// How many failed for which reason.
    pub reasons: Vec<(JobReason, u64)>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When the worker began with the first account.
    pub begun_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Job {
    /// Whether it is still at work.
    pub fn is_running(&self) -> bool {
        self.state == JobState::Running
    }

    /// How many accounts are behind it.
    pub fn over(&self) -> u64 {
        self.done + self.failed
    }

    /// About how much longer it takes; `None` as long as nothing can be said.
    pub fn left(&self, now: Timestamp) -> Option<Span> {
        let progress = Progress {
            over: self.over(),
            all: self.total,
            since: self.begun_at?,
        };
        let known = self.is_running() && self.is_chosen;
        known.then(|| progress.left(now)).flatten()
    }

    /// Whether the failed ones can be tried again.
    pub fn can_retry(&self) -> bool {
        let pass = self.reasons.iter().any(|(reason, _)| reason.can_pass());
        !self.is_running() && pass
    }

    /// Whether another job can take back what this one changed.
    pub fn can_undo(&self) -> bool {
        !self.is_running() && self.changed > 0 && self.work.undone_by().is_some()
    }

    /// Until when its file can be downloaded, if it has one.
    pub fn file_until(&self) -> Option<Timestamp> {
        let ended = self.ended_at.filter(|_| self.done > 0)?;
        (self.work == Work::Export).then(|| ended.plus(FILE_KEPT_FOR))
    }
}

/// The jobs that an actor may see. Whoever is limited to some apps sees their own ones of
/// the same apps alone: others may tell of accounts that aren't theirs to see.
fn visible(actor: &Actor) -> Condition {
    if !actor.apps.is_limited() {
        return Condition::all();
    }
    let me = actor.person().map_or(uuid::Uuid::nil(), |id| id.0);
    Condition::all()
        .add(job::Column::PersonId.eq(PersonId(me)))
        .add(job::Column::Apps.eq(actor.apps.clone()))
}

/// A number of rows.
fn number(n: i64) -> u64 {
    n.max(0).unsigned_abs()
}

/// The numbers of failed accounts by the codes of their reasons, as they are stored.
type Reasons = BTreeMap<String, u64>;

fn reasons(row: &job::Model) -> Result<Reasons, InternalError> {
    serde_json::from_str(&row.reasons)
        .map_err(|_| InternalError::inconsistent("jobs", "reasons", row.id))
}

fn work(row: &job::Model) -> Result<Work, InternalError> {
    Work::read(row.action, &row.value)
        .map_err(|_| InternalError::inconsistent("jobs", "value", row.id))
}

fn stored(row: &job::Model) -> Result<Stored, InternalError> {
    serde_json::from_str(&row.selection)
        .map_err(|_| InternalError::inconsistent("jobs", "selection", row.id))
}

impl TryFrom<job::Model> for Job {
    type Error = InternalError;

    fn try_from(row: job::Model) -> Result<Self, InternalError> {
        let of_job = row
            .of_job
            .ok_or_else(|| InternalError::inconsistent("jobs", "of_job", row.id));
        let chosen = match stored(&row)? {
            Stored::OneByOne => Chosen::OneByOne,
            Stored::Filter(filter) => Chosen::Filter(Box::new(filter::by_name(filter))),
            Stored::Failed => Chosen::FailedOf(of_job?),
            Stored::Changed => Chosen::ChangedBy(of_job?),
        };
        let counts = reasons(&row)?.into_iter();
        let mut reasons: Vec<(JobReason, u64)> = counts
            .filter_map(|(code, n)| Some((code.parse().ok()?, n)))
            .collect();
        reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        Ok(Self {
            id: row.id,
            work: work(&row)?,
            assignee: None,
            by: None,
            chosen,
            state: row.state,
            is_chosen: row.place.is_none(),
            total: number(row.total),
            done: number(row.done),
            failed: number(row.failed),
            changed: number(row.changed),
            reasons,
            created_at: row.created_at,
            begun_at: row.begun_at,
            ended_at: row.ended_at,
        })
    }
}
