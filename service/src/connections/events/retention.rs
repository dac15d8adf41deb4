//! Removes old events of tenants whose settings say so.

use crate::{
    core::{error::InternalError, expiry, queries, services::Services},
    entity::{event, tenant, tenant_event},
    tenancy::{TenantScope, Tx},
};
use domain::{
    ids::TenantId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many events of a kind are looked at in one transaction.
const BATCH: i64 = 1_000;
const HOUR: Duration = Duration::from_secs(3_600);

/// Once an hour, removes the events that are older than their tenant's settings
/// allow, until told to stop.
pub(crate) async fn keep_cut(services: &Services, stop: &CancellationToken) {
    let mut timer = tokio::time::interval(HOUR);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = cut_off(services, stop).await {
            tracing::error!(%error, "Old events could not be removed; they stay until the next hour");
        }
    }
}

/// Removes every tenant's events that are older than its settings allow: none while
/// the clock is in doubt.
///
/// # Errors
/// [`InternalError`] if the database fails; the other tenants are done first.
pub async fn cut_off(services: &Services, stop: &CancellationToken) -> Result<(), InternalError> {
    let sight = expiry::look(services).await?;
    if sight.doubt.is_some() {
        return Ok(());
    }
    // Without a tenant's scope: it enters the scopes one by one.
    let tenants: Vec<(TenantId, Option<Span>)> = tenant::Entity::find()
        .select_only()
        .columns([tenant::Column::Id, tenant::Column::EventsKept])
        .filter(tenant::Column::EventsKept.is_not_null())
        .into_tuple()
        .all(services.db.read())
        .await?;
    let mut first_fault = None;
    for (tenant, kept) in tenants {
        let Some(kept) = kept else { continue };
        let scope = TenantScope::new(services, tenant);
        let before = sight.now.minus(kept);
        while !stop.is_cancelled() {
            match batch(&scope, before).await {
                // The oldest are not always those of the smallest numbers.
                Ok(0) => break,
                Ok(_) => (),
                Err(fault) => {
                    first_fault.get_or_insert(fault);
                    break;
                }
            }
        }
    }
    first_fault.map_or(Ok(()), Err)
}

/// Removes some old events, and gives how many.
async fn batch(scope: &TenantScope, before: Timestamp) -> Result<u64, InternalError> {
    if !has_old(scope, before).await? {
        return Ok(0);
    }
    let tx = scope.write().await?;
    let gone = cut(scope, &tx, before).await?;
    tx.commit().await?;
    Ok(gone)
}

/// Removes the oldest events from before an instant, [`BATCH`] of a kind at most,
/// and gives how many.
pub(crate) async fn cut(
    scope: &TenantScope,
    tx: &Tx,
    before: Timestamp,
) -> Result<u64, InternalError> {
    let values: [Value; 3] = [before.into(), BATCH.into(), scope.tenant().into()];
    let mut gone = 0;
    for statement in queries::EVENTS_CUT.with(&scope.db, values) {
        for row in tx.query_all_raw(statement).await? {
            gone += row.try_get::<i64>("", "n")?.unsigned_abs();
        }
    }
    Ok(gone)
}

/// Whether the oldest event of a kind is old.
async fn has_old(scope: &TenantScope, before: Timestamp) -> Result<bool, InternalError> {
    let tx = scope.read().await?;
    let of_connections: Option<Timestamp> = tx
        .all::<event::Entity>()
        .select_only()
        .column(event::Column::At)
        .order_by_asc(event::Column::Seq)
        .into_tuple()
        .one(&*tx)
        .await?;
    let of_tenant: Option<Timestamp> = tx
        .all::<tenant_event::Entity>()
        .select_only()
        .column(tenant_event::Column::At)
        .order_by_asc(tenant_event::Column::Seq)
        .into_tuple()
        .one(&*tx)
        .await?;
    Ok([of_connections, of_tenant]
        .into_iter()
        .flatten()
        .any(|at| at < before))
}
