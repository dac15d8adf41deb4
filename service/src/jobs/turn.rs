//! A process' turn at a job: some steps, each in a transaction of its own.

use super::{Reasons, actions, choose, items, items::Ended};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, relay, rows::Rows, services::Services},
    entity::job,
    people::membership,
    tenancy::{Actor, TenantScope, Tx},
};
use domain::{
    ids::{JobId, TenantId},
    job::{ItemState, JobState},
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

/// How long a process that says nothing more keeps the others out: longer than a step.
const HELD_FOR: Span = Span::minutes(1);
/// How many steps a turn has, so that the jobs of all tenants go on.
const STEPS: usize = 20;
/// How long to wait for the worker's attempts.
const LOOK_AGAIN: Span = Span::seconds(1);

/// A process' turn at a job.
pub(super) struct Turn {
    pub services: Services,
    pub tenant: TenantId,
    pub id: JobId,
}

/// What follows a step.
enum Next {
    /// Another one, at once.
    More,
    /// Another one, once the worker has made attempts.
    Later,
    /// Nothing: the job is over, or another process has it.
    Nothing,
}

impl Turn {
    /// Takes the job, unless another process has it, and goes on with it.
    pub async fn run(&self) -> Result<(), InternalError> {
        let scope = TenantScope::new(&self.services, self.tenant);
        let Some(taken) = self.take(&scope).await? else {
            return Ok(());
        };
        let fence = taken.fence;
        let mut wait = Span(0);
        for _ in 0..STEPS {
            let next = self.step(&scope, &taken).await?;
            relay::tell_jobs(&self.services, self.tenant).await;
            match next {
                Next::More => (),
                Next::Later => {
                    wait = LOOK_AGAIN;
                    break;
                }
                Next::Nothing => return Ok(()),
            }
        }
        let tx = scope.write().await?;
        tx.update::<job::Entity>()
            .filter(job::Column::Id.eq(self.id))
            .filter(job::Column::Fence.eq(fence))
            .filter(job::Column::State.eq(JobState::Running))
            .col_expr(
                job::Column::DueAt,
                Expr::value(Some(scope.expiry_now().plus(wait))),
            )
            .exec(&*tx)
            .await?;
        tx.commit().await
    }

    /// Takes the job, so that no other process does; gives it with the number of this lease.
    async fn take(&self, scope: &TenantScope) -> Result<Option<job::Model>, InternalError> {
        let now = scope.expiry_now();
        let tx = scope.write().await?;
        let taken = tx
            .update::<job::Entity>()
            .filter(job::Column::Id.eq(self.id))
            .filter(job::Column::DueAt.lte(now))
            .col_expr(job::Column::DueAt, Expr::value(Some(now.plus(HELD_FOR))))
            .col_expr(job::Column::Fence, Expr::col(job::Column::Fence).add(1))
            .exec(&*tx)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
        let row: Option<job::Model> = tx
            .all::<job::Entity>()
            .filter(job::Column::Id.eq(self.id))
            .row(&*tx)
            .await?;
        tx.commit().await?;
        Ok(row)
    }

    /// The rights of whoever started it are looked at again each time.
    async fn step(&self, scope: &TenantScope, taken: &job::Model) -> Result<Next, InternalError> {
        // Before the transaction, which would hold one connection and want another one.
        let actor = match taken.person_id {
            Some(person) => membership::on_behalf_of(scope, self.tenant, person).await?,
            None => None,
        };
        let tx = scope.write().await?;
        let Some(mut job) = self.locked(&tx, taken.fence).await? else {
            return Ok(Next::Nothing);
        };
        let actor = actor.filter(|actor| actor.may(job.action.permission()));
        let Some(mut actor) = actor else {
            self.end(scope, tx, &mut job, JobState::Halted).await?;
            return Ok(Next::Nothing);
        };
        actor.apps = actor.apps.within(&job.apps);
        if let Some(place) = job.place.clone() {
            let chose = choose::step(&actor, &tx, &job, &place).await?;
            job.total += chose.added.cast_signed();
            job.place = chose.place;
            save(scope, &tx, &job).await?;
            tx.commit().await?;
            return Ok(Next::More);
        }
        job.begun_at.get_or_insert(scope.now());
        let stepped = actions::step(&actor, &tx, &job).await?;
        count(&mut job, &stepped.ended)?;
        items::end(&tx, job.id, &stepped.ended, scope.now()).await?;
        let waiting = items::is_any(&tx, job.id, ItemState::Waiting).await?
            || items::is_any(&tx, job.id, ItemState::Asked).await?;
        if !waiting {
            audit::record_all(&actor, &tx, &stepped.entries).await?;
            self.end(scope, tx, &mut job, JobState::Finished).await?;
            return Ok(Next::Nothing);
        }
        save(scope, &tx, &job).await?;
        if !stepped.entries.is_empty() {
            audit::record_all(&actor, &tx, &stepped.entries).await?;
        }
        tx.commit().await?;
        Ok(if stepped.waits {
            Next::Later
        } else {
            Next::More
        })
    }

    /// The job, locked, if it is at work and this lease is the latest.
    async fn locked(&self, tx: &Tx, fence: i64) -> Result<Option<job::Model>, InternalError> {
        tx.all::<job::Entity>()
            .filter(job::Column::Id.eq(self.id))
            .filter(job::Column::Fence.eq(fence))
            .filter(job::Column::State.eq(JobState::Running))
            .lock(LockType::NoKeyUpdate)
            .row(&**tx)
            .await
    }

    /// Ends the job, and records it.
    async fn end(
        &self,
        scope: &TenantScope,
        tx: Tx,
        job: &mut job::Model,
        state: JobState,
    ) -> Result<(), InternalError> {
        job.state = state;
        job.ended_at = Some(scope.expiry_now());
        save(scope, &tx, job).await?;
        let entry = Entry::new(
            By::Mooring,
            Action::JobEnded,
            Target::job(job.id, job.action),
        );
        let entry = entry.detail(format!("done={} failed={}", job.done, job.failed));
        let entry = match state {
            JobState::Halted => entry.refused(),
            _ => entry,
        };
        audit::record(scope, &tx, &entry).await?;
        tx.commit().await
    }
}

/// Adds accounts that ended to the job's numbers.
fn count(job: &mut job::Model, ended: &[Ended]) -> Result<(), InternalError> {
    let mut reasons: Reasons = super::reasons(job)?;
    for one in ended {
        match one.failed {
            None => job.done += 1,
            Some(reason) => {
                job.failed += 1;
                *reasons.entry(reason.code().to_owned()).or_default() += 1;
            }
        }
        job.changed += i64::from(one.changed);
    }
    job.reasons = serde_json::to_string(&reasons)
        .map_err(|_| InternalError::inconsistent("jobs", "reasons", job.id))?;
    Ok(())
}

/// Stores how far the job is, and keeps the lease if it is at work.
async fn save(scope: &TenantScope, tx: &Tx, job: &job::Model) -> Result<(), InternalError> {
    use job::Column;
    let running = job.state == JobState::Running;
    let due: Option<Timestamp> = running.then(|| scope.expiry_now().plus(HELD_FOR));
    tx.update::<job::Entity>()
        .filter(Column::Id.eq(job.id))
        .col_expr(Column::Place, Expr::value(job.place.clone()))
        .col_expr(Column::State, Expr::value(job.state))
        .col_expr(Column::Total, Expr::value(job.total))
        .col_expr(Column::Done, Expr::value(job.done))
        .col_expr(Column::Failed, Expr::value(job.failed))
        .col_expr(Column::Changed, Expr::value(job.changed))
        .col_expr(Column::Reasons, Expr::value(job.reasons.clone()))
        .col_expr(Column::BegunAt, Expr::value(job.begun_at))
        .col_expr(Column::EndedAt, Expr::value(job.ended_at))
        .col_expr(Column::DueAt, Expr::value(due))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What a step of an action did.
pub(super) struct Stepped {
    /// The accounts that ended.
    pub ended: Vec<Ended>,
    /// What the audit gets.
    pub entries: Vec<Entry>,
    /// Whether the worker has to make attempts before the next step.
    pub waits: bool,
}

impl Stepped {
    /// These ended.
    pub fn with(ended: Vec<Ended>) -> Self {
        Self {
            ended,
            entries: Vec::new(),
            waits: false,
        }
    }

    /// The account was changed in this field.
    pub fn edited(&mut self, actor: &Actor, ended: Ended, field: &str) {
        let target = Target::customer(&ended.subdomain);
        let entry = Entry::of(actor, Action::CustomerEdited, target);
        self.entries.push(entry.detail(field));
        self.ended.push(ended);
    }
}
