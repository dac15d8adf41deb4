//! The audit as JSON lines for other systems: each entry at least once, those of a
//! tenant in the order of its chain. How far it came is in the database, so it goes on
//! there after a restart, in any process. Of several processes one streams at a time.
//!
//! Nothing waits for it: an entry is written as ever, and streamed later.

mod lease;
mod line;
mod output;

pub use output::{FileOutput, Output, StandardOutput};

use super::heads::present;
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{audit_entry, audit_stream_position, tenant},
    tenancy::TenantScope,
};
use domain::{ids::TenantId, time::Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use tokio::{sync::oneshot, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often a process looks for new entries.
const PERIOD: Duration = Duration::from_secs(1);
/// How many entries are written at once.
const AT_ONCE: u64 = 200;

/// Why nothing more was streamed.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The lines could not be written.
    #[error("the audit’s stream can’t be written: {0}; its entries are kept and streamed later")]
    Output(#[from] io::Error),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Streams new entries, if the settings say where to, until told to stop.
pub async fn keep_streamed(services: Services, stop: CancellationToken) {
    let Some(to) = &services.config.audit_stream else {
        return;
    };
    let stream = Stream::new(&services, output::output(to));
    let mut timer = tokio::time::interval(PERIOD);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = stream.step(&stop).await {
            tracing::error!(%error, "The audit could not be streamed");
        }
    }
}

/// A process that streams.
pub struct Stream {
    services: Services,
    output: Arc<dyn Output>,
    holder: Uuid,
    /// How far tenants were streamed when this process last looked.
    known: Mutex<HashMap<TenantId, i64>>,
}

impl Stream {
    /// A process that streams to this output.
    pub fn new(services: &Services, output: Arc<dyn Output>) -> Self {
        Self {
            services: services.clone(),
            output,
            holder: services.new_id(),
            known: Mutex::default(),
        }
    }

    /// Writes the entries that weren't streamed yet, unless another process is at it,
    /// and gives how many.
    ///
    /// # Errors
    /// See [`StreamError`]; what wasn't written stays to be streamed.
    pub async fn step(&self, stop: &CancellationToken) -> Result<u64, StreamError> {
        let services = &self.services;
        let heads = present(services, services.db.read()).await?;
        let behind: Vec<_> = {
            let known = self.known();
            let at = |tenant| known.get(tenant).copied().unwrap_or(0);
            let behind = heads
                .iter()
                .filter(|(tenant, head)| head.count > at(tenant));
            behind.map(|(tenant, head)| (*tenant, head.first)).collect()
        };
        if behind.is_empty() || !lease::take(services, self.holder).await? {
            return Ok(0);
        }
        let mut lines = 0;
        let mut first_fault = None;
        for (tenant, first) in behind {
            match self.tenant(tenant, first, stop).await {
                Ok(more) => lines += more,
                Err(error @ StreamError::Output(_)) => {
                    first_fault = Some(error);
                    break;
                }
                // One tenant's fault doesn't keep the others.
                Err(error) => {
                    first_fault.get_or_insert(error);
                }
            }
        }
        let failed = first_fault.as_ref().map(|error| match error {
            StreamError::Output(error) => error.to_string(),
            StreamError::Internal(error) => error.to_string(),
        });
        lease::give_back(services, self.holder, failed).await?;
        first_fault.map_or(Ok(lines), Err)
    }

    async fn tenant(
        &self,
        tenant: TenantId,
        first: i64,
        stop: &CancellationToken,
    ) -> Result<u64, StreamError> {
        let services = &self.services;
        let scope = TenantScope::new(services, tenant);
        let name = name(services, tenant).await?;
        // Read under the lease: another process may have come further meanwhile.
        let mut at = position(&scope).await?;
        let mut lines = 0;
        while !stop.is_cancelled() {
            let from = at.unwrap_or(0).max(first);
            if from > at.unwrap_or(0) {
                let gone = from - at.unwrap_or(0);
                tracing::warn!(tenant.id = %tenant, "{gone} entries of the audit were removed before they were streamed");
            }
            let rows = rows(&scope, from).await?;
            let Some(last) = rows.last().map(|row| row.number) else {
                break;
            };
            let text = line::lines(&scope, &name, rows.as_slice()).await?;
            if !lease::keep(services, self.holder).await? {
                break;
            }
            match stop.run_until_cancelled(self.write(text)).await {
                // Whether they were taken isn't known, so they are written again.
                None => break,
                Some(written) => written?,
            }
            if !advance(&scope, at, last).await? {
                break;
            }
            lines += rows.len() as u64;
            at = Some(last);
        }
        self.known().insert(tenant, at.unwrap_or(first));
        Ok(lines)
    }

    /// On a thread of its own, since the process waits for others when it ends: a pipe
    /// that nobody reads would keep it from ending.
    async fn write(&self, text: String) -> io::Result<()> {
        let output = Arc::clone(&self.output);
        let (done, written) = oneshot::channel();
        thread::Builder::new()
            .name("audit stream".to_owned())
            .spawn(move || done.send(output.write(&text)))?;
        written.await.map_err(io::Error::other)?
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TenantId, i64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn rows(scope: &TenantScope, after: i64) -> Result<Vec<audit_entry::Model>, InternalError> {
    let tx = scope.read().await?;
    tx.all::<audit_entry::Entity>()
        .filter(audit_entry::Column::Number.gt(after))
        .order_by_asc(audit_entry::Column::Number)
        .limit(AT_ONCE)
        .rows(&*tx)
        .await
}

/// Up to which number the tenant's entries are streamed; `None` before the first.
async fn position(scope: &TenantScope) -> Result<Option<i64>, InternalError> {
    let tx = scope.read().await?;
    let row: Option<audit_stream_position::Model> =
        tx.all::<audit_stream_position::Entity>().row(&*tx).await?;
    Ok(row.map(|row| row.number))
}

/// Notes that the tenant's entries are streamed up to `to`, unless another process
/// noted something since.
async fn advance(scope: &TenantScope, from: Option<i64>, to: i64) -> Result<bool, InternalError> {
    use audit_stream_position::{ActiveModel, Column, Entity};
    let tx = scope.write().await?;
    let moved = if let Some(from) = from {
        let done = tx
            .update::<Entity>()
            .col_expr(Column::Number, Expr::value(to))
            .filter(Column::Number.eq(from))
            .exec(&*tx)
            .await?;
        done.rows_affected == 1
    } else {
        let row = ActiveModel {
            tenant_id: Set(scope.tenant()),
            number: Set(to),
        };
        Entity::insert(row).exec_without_returning(&*tx).await?;
        true
    };
    tx.commit().await?;
    Ok(moved)
}

async fn name(services: &Services, id: TenantId) -> Result<String, InternalError> {
    // Read as texts: a removed tenant has no valid slug any more.
    let row: Option<(String, Option<String>)> = tenant::Entity::find_by_id(id)
        .select_only()
        .columns([tenant::Column::Slug, tenant::Column::FormerSlug])
        .into_tuple()
        .one(services.db.read())
        .await?;
    Ok(row.map_or_else(|| id.to_string(), |(slug, former)| former.unwrap_or(slug)))
}

/// How the stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHealth {
    /// How many entries wait to be streamed.
    pub behind: i64,
    /// Since when writing fails, and what the system said.
    pub failing: Option<(Timestamp, String)>,
}

/// How the stream is, for `mooring check`.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn stream_health(services: &Services) -> Result<StreamHealth, InternalError> {
    let heads = present(services, services.db.read()).await?;
    let mut behind = 0;
    for (tenant, head) in heads {
        let at = position(&TenantScope::new(services, tenant)).await?;
        behind += (head.count - at.unwrap_or(0).max(head.first)).max(0);
    }
    Ok(StreamHealth {
        behind,
        failing: lease::failing(services).await?,
    })
}
