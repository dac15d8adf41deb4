//! Starting a job.

use super::{JobError, filter::Stored, items};
use crate::{
    accounts::{self, SnoozeWish},
    audit::{self, Action, Entry, Target},
    connections::by_account::{AccountsQuery, StoredQuery},
    core::{
        error::{Forbidden, InternalError},
        relay,
    },
    entity::job,
    mail,
    tenancy::{Actor, Tx},
};
use domain::{
    ids::JobId,
    job::{JobState, MOST_CHOSEN, MOST_RUNNING, Work},
    subdomain::Subdomain,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};

/// Which accounts a job is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These.
    OneByOne(Vec<Subdomain>),
    /// All that this finds; order and page don't count.
    Filter(Box<AccountsQuery>),
}

/// A job to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What it does.
    pub work: Work,
    /// With which accounts.
    pub selection: Selection,
}

/// Why no job was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No account was chosen that the actor sees.
    #[error("no account is chosen: tick some, or all that match")]
    NothingChosen,
    /// Too many were chosen one by one.
    #[error("choose at most {MOST_CHOSEN} accounts one by one, or all that match a filter")]
    TooManyChosen,
    /// Too many jobs are at work.
    #[error("{MOST_RUNNING} jobs are at work already: wait until one ends, or stop one")]
    TooManyRunning,
    /// The person to look after them is no member.
    #[error("nobody of this tenant has this id: choose a member")]
    NoMember,
    /// Nothing can be mailed.
    #[error("mail is not set up; whoever runs Mooring can set it up, or make links one by one")]
    NoMail,
    /// It can't be snoozed like that; why.
    #[error("{0}")]
    Snooze(String),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for StartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Stores a job; the worker goes on with it. Accounts that the actor doesn't see are left
/// out.
///
/// # Errors
/// [`StartError`]; nothing is started then.
pub async fn start(actor: &Actor, new: NewJob) -> Result<JobId, StartError> {
    let tx = actor.write().await?;
    let id = begin(actor, &tx, &new).await?;
    tx.commit().await?;
    relay::tell_jobs(actor.services(), actor.tenant()).await;
    Ok(id)
}

/// [`start`] within a transaction; whoever commits it tells open pages.
///
/// # Errors
/// [`StartError`]; then the transaction must not be committed.
pub(crate) async fn begin(actor: &Actor, tx: &Tx, new: &NewJob) -> Result<JobId, StartError> {
    actor.require(new.work.action().permission())?;
    if new.work == Work::SendLinks && !mail::is_set_up(actor) {
        return Err(StartError::NoMail);
    }
    if let Work::Snooze { until, reason } = &new.work {
        let wish = SnoozeWish {
            until: *until,
            reason: reason.clone(),
        };
        if let Some(error) = accounts::snooze_mistakes(Some(&wish), actor.now()).pop() {
            return Err(StartError::Snooze(error.message));
        }
    }
    if let Work::Assign(Some(person)) = new.work
        && accounts::owner(tx, person).await?.is_none()
    {
        return Err(StartError::NoMember);
    }
    let (selection, chosen) = match &new.selection {
        Selection::OneByOne(names) if names.len() > MOST_CHOSEN => {
            return Err(StartError::TooManyChosen);
        }
        Selection::OneByOne(names) => {
            let seen = accounts::find_all(tx, names.iter(), &actor.apps, false).await?;
            let seen: Vec<_> = seen.into_iter().map(|one| (one.subdomain, None)).collect();
            if seen.is_empty() {
                return Err(StartError::NothingChosen);
            }
            (Stored::OneByOne, Some(seen))
        }
        Selection::Filter(query) => (Stored::Filter(StoredQuery::from(&**query)), None),
    };
    let first = First {
        work: &new.work,
        selection,
        of_job: None,
        chosen,
    };
    store(actor, tx, first).await.map_err(|error| match error {
        JobError::Internal(error) => StartError::Internal(error),
        _ => StartError::TooManyRunning,
    })
}

/// A job's first row.
pub(super) struct First<'a> {
    pub work: &'a Work,
    pub selection: Stored,
    pub of_job: Option<JobId>,
    /// Its accounts, if they are known; else the worker chooses them.
    pub chosen: Option<Vec<(Subdomain, Option<String>)>>,
}

/// Stores a job, and records it.
///
/// # Errors
/// [`JobError::Refused`] if too many are at work.
pub(super) async fn store(actor: &Actor, tx: &Tx, first: First<'_>) -> Result<JobId, JobError> {
    let running = tx
        .all::<job::Entity>()
        .filter(job::Column::State.eq(JobState::Running))
        .limit(MOST_RUNNING)
        .count(&**tx)
        .await?;
    if running >= MOST_RUNNING {
        return Err(JobError::Refused(
            "Ten jobs are at work already: wait until one ends, or stop one.",
        ));
    }
    let id: JobId = actor.new_id();
    let selection = first.selection.text(id)?;
    let action = first.work.action();
    let row = job::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        person_id: Set(actor.person()),
        apps: Set(actor.apps.clone()),
        action: Set(action),
        value: Set(first.work.value()),
        of_job: Set(first.of_job),
        selection: Set(selection),
        place: Set(first.chosen.is_none().then(String::new)),
        state: Set(JobState::Running),
        total: Set(0),
        done: Set(0),
        failed: Set(0),
        changed: Set(0),
        reasons: Set("{}".to_owned()),
        created_at: Set(actor.now()),
        begun_at: Set(None),
        ended_at: Set(None),
        due_at: Set(Some(actor.expiry_now())),
        fence: Set(0),
    };
    job::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    let mut entry = Entry::of(actor, Action::JobStarted, Target::job(id, action));
    if let Some(chosen) = first.chosen {
        let total = items::add(tx, id, chosen).await?;
        tx.update::<job::Entity>()
            .filter(job::Column::Id.eq(id))
            .col_expr(
                job::Column::Total,
                sea_orm::sea_query::Expr::value(total.cast_signed()),
            )
            .exec(&**tx)
            .await?;
        entry = entry.detail(format!("accounts={total}"));
    }
    audit::record(actor, tx, &entry).await?;
    Ok(id)
}
