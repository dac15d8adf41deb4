//! The worker's part of snoozes: it ends those whose time is over, and tells the end of
//! those that a change of state has ended.

use super::snooze::{clear, connections, tell};
use crate::{
    core::{error::InternalError, queries, rows::Rows, services::Services},
    entity::account,
    tenancy::TenantScope,
};
use domain::{
    event::{Actor, Happening, SnoozeEnd},
    ids::TenantId,
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use std::collections::HashMap;

/// So many at a time, each tenant in a transaction of its own.
const AT_ONCE: i64 = 200;

/// Ends the snoozes of all tenants that are over now, along an index of these alone.
///
/// It goes by the clock as it stands: a clock that jumps shows an account too early, which
/// harms less than one that nobody sees.
///
/// # Errors
/// [`InternalError`] if the database fails. What was ended stays so.
pub(crate) async fn end_due(services: &Services) -> Result<(), InternalError> {
    loop {
        let now = services.now();
        let over = queries::SNOOZES_OVER.with(&services.db, [now.into(), AT_ONCE.into()]);
        let rows = services.db.read().query_all_raw(over).await?;
        let full = rows.len() as i64 >= AT_ONCE;
        let mut of_tenants: HashMap<TenantId, Vec<String>> = HashMap::new();
        for row in rows {
            let tenant = row.try_get("", "tenant_id")?;
            let accounts = of_tenants.entry(tenant).or_default();
            accounts.push(row.try_get("", "subdomain")?);
        }
        let mut ended = 0;
        for (tenant, accounts) in of_tenants {
            ended += end(&TenantScope::new(services, tenant), accounts, now).await?;
        }
        // Rows that can't be read stay: the log names them.
        if !full || ended == 0 {
            return Ok(());
        }
    }
}

/// Ends those of a tenant, and gives how many.
async fn end(
    scope: &TenantScope,
    accounts: Vec<String>,
    now: Timestamp,
) -> Result<usize, InternalError> {
    let tx = scope.write().await?;
    // In the order of their names, as everybody locks accounts. What another process has
    // ended meanwhile isn't found any more.
    let rows: Vec<account::Model> = tx
        .all::<account::Entity>()
        .filter(account::Column::Subdomain.is_in(accounts))
        .filter(account::Column::SnoozeLookAt.lte(now))
        .order_by_asc(account::Column::Subdomain)
        .lock(LockType::NoKeyUpdate)
        .readable(&*tx, "snoozed accounts")
        .await?;
    let ended = rows.len();
    for row in rows {
        let subdomain: Subdomain = row.subdomain;
        let by = match row.snoozed {
            true => SnoozeEnd::Time,
            false => SnoozeEnd::Change,
        };
        clear(&tx, &subdomain).await?;
        let connections = connections(&tx, &subdomain).await?;
        let end = Happening::SnoozeEnded { by };
        tell(scope, &tx, &subdomain, &connections, (&Actor::Worker, &end))?;
    }
    tx.commit().await?;
    Ok(ended)
}
