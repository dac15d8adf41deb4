//! Removes old entries. The chain then begins at a checkpoint: the number and
//! MAC of the last removed entry, under the seal of the head.

use super::{
    Action, By, Entry, Target, heads,
    record::{lock, record},
};
use crate::{
    core::{error::InternalError, expiry, rows::Rows, services::Services},
    entity::{audit_entry, audit_head, audit_removal, tenant},
    tenancy::{TenantScope, Tx},
};
use domain::{
    ids::TenantId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::Expr,
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many entries are removed in one transaction, which locks the chain's head.
const BATCH: u64 = 1_000;
const HOUR: Duration = Duration::from_secs(3_600);

/// Once an hour, removes the entries that are older than the settings allow, those
/// of the installation and those of their tenant, until told to stop.
pub(crate) async fn keep_cut(services: &Services, stop: &CancellationToken) {
    let keep = services.config.audit_retention;
    let mut timer = tokio::time::interval(HOUR);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = cut_off(services, keep, stop).await {
            tracing::error!(%error, "Old entries of the audit could not be removed; they stay until the next hour");
        }
    }
}

/// Removes every tenant's entries that are older than `keep`, which is for ever if
/// there is no time, or than the tenant's own settings allow, and gives how many:
/// none while the clock is in doubt.
///
/// # Errors
/// [`InternalError`] if the database fails or a tenant's chain is damaged; the
/// other tenants are done first.
pub async fn cut_off(
    services: &Services,
    keep: impl Into<Option<Span>>,
    stop: &CancellationToken,
) -> Result<u64, InternalError> {
    let sight = expiry::look(services).await?;
    if sight.doubt.is_some() {
        return Ok(0);
    }
    let keep = keep.into();
    // Without a tenant's scope: it enters the scopes one by one.
    let tenants: Vec<(TenantId, Option<Span>)> = tenant::Entity::find()
        .select_only()
        .columns([tenant::Column::Id, tenant::Column::AuditKept])
        .into_tuple()
        .all(services.db.read())
        .await?;
    let mut removed = 0;
    let mut first_fault = None;
    for (tenant, own) in tenants {
        // The installation's setting is the most.
        let Some(keep) = keep.into_iter().chain(own).min() else {
            continue;
        };
        let before = sight.now.minus(keep);
        let scope = TenantScope::new(services, tenant);
        while !stop.is_cancelled() {
            match batch(&scope, before).await {
                Ok(some) => {
                    removed += some;
                    if some < BATCH {
                        break;
                    }
                }
                Err(fault) => {
                    first_fault.get_or_insert(fault);
                    break;
                }
            }
        }
    }
    if let Some(keep) = keep
        && let Err(fault) = heads::cut(services, sight.now.minus(keep)).await
    {
        first_fault.get_or_insert(fault);
    }
    first_fault.map_or(Ok(removed), Err)
}

async fn batch(scope: &TenantScope, before: Timestamp) -> Result<u64, InternalError> {
    let is_old = {
        let tx = scope.read().await?;
        let oldest: Option<audit_entry::Model> = tx
            .all::<audit_entry::Entity>()
            .order_by_asc(audit_entry::Column::Number)
            .row(&*tx)
            .await?;
        oldest.is_some_and(|row| row.at < before)
    };
    if !is_old {
        return Ok(0);
    }
    let tx = scope.write().await?;
    let (key, mut head) = lock(scope, &tx).await?;
    let oldest: Vec<(i64, Timestamp, Vec<u8>)> = tx
        .all::<audit_entry::Entity>()
        .select_only()
        .column(audit_entry::Column::Number)
        .column(audit_entry::Column::At)
        .column(audit_entry::Column::Mac)
        .filter(audit_entry::Column::Number.gt(head.first))
        .order_by_asc(audit_entry::Column::Number)
        .limit(BATCH)
        .into_tuple()
        .all(&*tx)
        .await?;
    // Up to the first entry that is kept: a chain has no gaps.
    let old = oldest
        .into_iter()
        .zip(head.first + 1..)
        .take_while(|((number, at, _), next)| number == next && *at < before);
    let Some(((last, _, mac), _)) = old.last() else {
        return Ok(0);
    };
    let gone = last - head.first;
    head.first = last;
    head.first_mac = mac;
    let seal = key.head(&head);
    if scope.db.is_sqlite() {
        cut_here(scope, &tx, &head, seal, gone).await?;
    } else {
        // The program's role may neither move the beginning nor remove entries.
        let sql = "SELECT mooring_audit_cut_through($1, $2, $3)";
        let values = [last.into(), head.first_mac.into(), seal.into()];
        let statement = Statement::from_sql_and_values(scope.db.backend(), sql, values);
        tx.execute_raw(statement).await?;
    }
    let entry = Entry::new(By::Mooring, Action::CutOff, Target::tenant())
        .detail(format!("entries={gone} through={last}"));
    record(scope, &tx, &entry).await?;
    tx.commit().await?;
    Ok(gone.unsigned_abs())
}

/// Does what `mooring_audit_cut_through` does on PostgreSQL.
async fn cut_here(
    scope: &TenantScope,
    tx: &Tx,
    head: &audit_head::Model,
    seal: Vec<u8>,
    gone: i64,
) -> Result<(), InternalError> {
    tx.update::<audit_head::Entity>()
        .col_expr(audit_head::Column::First, Expr::value(head.first))
        .col_expr(audit_head::Column::Seal, Expr::value(seal))
        .col_expr(
            audit_head::Column::FirstMac,
            Expr::value(head.first_mac.clone()),
        )
        .exec(&**tx)
        .await?;
    tx.delete::<audit_entry::Entity>()
        .filter(audit_entry::Column::Number.lte(head.first))
        .exec(&**tx)
        .await?;
    let record = audit_removal::Model {
        id: scope.new_id(),
        tenant_id: head.tenant_id,
        at: scope.now(),
        what: "entries".to_owned(),
        entries: gone,
        through: head.first,
        login: None,
    };
    audit_removal::Entity::insert(audit_removal::ActiveModel::from(record).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}
