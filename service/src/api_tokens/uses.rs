//! When API tokens were last used: each request marks it in memory, and all
//! marks are written together, so that no request waits for a write.

use super::addresses;
use crate::{
    core::{
        error::InternalError,
        services::{Inner, ProcessState, Services},
    },
    entity::api_token::{Column, Entity},
    tenancy::TenantScope,
};
use domain::{
    ids::{ApiTokenId, TenantId},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{CaseStatement, Expr, LockBehavior, LockType},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often the marks are written. Pages of other processes show them with this delay.
const PERIOD: Duration = Duration::from_secs(30);
/// Both databases allow a limited number of values in a statement.
const BATCH: usize = 500;

type Marks = HashMap<(TenantId, ApiTokenId), Timestamp>;

/// The uses that are not in the database yet.
#[derive(Default)]
pub struct UseLog(Mutex<Marks>);

impl ProcessState for UseLog {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

impl UseLog {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks that a token was used.
    pub(crate) fn note(&self, tenant: TenantId, token: ApiTokenId, at: Timestamp) {
        let mut marks = self.marks();
        let mark = marks.entry((tenant, token)).or_insert(at);
        *mark = Ord::max(*mark, at);
    }

    /// The mark of a token, if it is not in the database yet.
    pub(super) fn of(&self, tenant: TenantId, token: ApiTokenId) -> Option<Timestamp> {
        self.marks().get(&(tenant, token)).copied()
    }
}

/// Writes the marks every half minute until told to stop. Runs in every process
/// that serves the machine API, since each has its own marks.
pub async fn keep_flushed(services: Services, stop: CancellationToken) {
    let mut timer = tokio::time::interval(PERIOD);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = timer.tick() => (),
        }
        if let Err(error) = flush(&services).await {
            // Only a convenience for owners, so a failure is only logged.
            tracing::warn!(%error, "The last uses of API tokens could not be noted; they stay marked");
        }
    }
}

/// Writes the marks to the database, in one transaction for each tenant.
///
/// # Errors
/// [`InternalError`] if the database fails; unwritten marks stay.
pub async fn flush(services: &Services) -> Result<(), InternalError> {
    flush_uses(services).await?;
    addresses::flush(services).await
}

async fn flush_uses(services: &Services) -> Result<(), InternalError> {
    let mut tenants: BTreeMap<TenantId, Vec<(ApiTokenId, Timestamp)>> = BTreeMap::new();
    for ((tenant, token), at) in services.state::<UseLog>().marks().iter() {
        tenants.entry(*tenant).or_default().push((*token, *at));
    }
    for (tenant, marks) in tenants {
        let scope = TenantScope::new(services, tenant);
        for some in marks.chunks(BATCH) {
            write(&scope, some).await?;
            // Unless it was used again in the meantime.
            services
                .state::<UseLog>()
                .marks()
                .retain(|(of, token), at| *of != tenant || !some.contains(&(*token, *at)));
        }
    }
    Ok(())
}

async fn write(
    scope: &TenantScope,
    marks: &[(ApiTokenId, Timestamp)],
) -> Result<(), InternalError> {
    let mut case = CaseStatement::new();
    let mut newer = Condition::any();
    for (token, at) in marks {
        case = case.case(Column::Id.eq(*token), *at);
        let before = Column::LastUsedAt.is_null().or(Column::LastUsedAt.lt(*at));
        newer = newer.add(Column::Id.eq(*token).and(before));
    }
    let tx = scope.write().await?;
    // A row that another transaction is writing is skipped: two that mark the
    // same tokens would deadlock otherwise.
    let free = tx
        .all::<Entity>()
        .select_only()
        .column(Column::Id)
        .filter(newer)
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
        .into_query();
    tx.update::<Entity>()
        .col_expr(
            Column::LastUsedAt,
            Expr::expr(case.finally(Expr::col(Column::LastUsedAt))),
        )
        .filter(Column::Id.in_subquery(free))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
