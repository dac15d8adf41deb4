//! Marks that the database was restored from a backup (security.md 85): its
//! content may be older than what Gorgias, backends and browsers know.
//!
//! Cursors of the tenant's events from after the backup are distinguished from
//! present ones. Every connection is checked; if its refresh token is refused,
//! this isn't taken for a deactivation. Sessions end, since some of them had
//! ended already. With SQLite, the last heartbeat is that of the backup: its
//! age is no jump of the clock.

use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, expiry, services::Services},
    entity::{connection, session, tenant},
    tenancy::{TenantScope, Tx},
};
use domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement, sea_query::Expr,
};

/// How much was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// The number of tenants.
    pub tenants: u64,
    /// How many connections are due for a check now.
    pub connections: u64,
    /// How many sessions were ended.
    pub sessions: u64,
}

/// Marks that the database was restored, each tenant in a transaction of its
/// own. A second call marks everything again.
///
/// # Errors
/// [`InternalError`] if the database fails; call it again then.
pub async fn restored(services: &Services) -> Result<Restored, InternalError> {
    expiry::is_right(services).await?;
    let sessions = end_sessions(services).await?;
    // Without a tenant's scope: it enters the scopes one by one.
    let tenants: Vec<TenantId> = tenant::Entity::find()
        .select_only()
        .column(tenant::Column::Id)
        .filter(tenant::Column::RemovedAt.is_null())
        .into_tuple()
        .all(services.db.read())
        .await?;
    let mut connections = 0;
    for tenant in &tenants {
        connections += mark(&TenantScope::new(services, *tenant)).await?;
    }
    Ok(Restored {
        tenants: tenants.len() as u64,
        connections,
        sessions,
    })
}

async fn end_sessions(services: &Services) -> Result<u64, InternalError> {
    let tx = services.db.begin_write().await?;
    let done = session::Entity::delete_many().exec(&tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected)
}

async fn mark(scope: &TenantScope) -> Result<u64, InternalError> {
    let now = scope.now();
    let tx = scope.write().await?;
    // One that was deleted at the time of the backup may have been brought back
    // since: it can be for its whole time again, and rests as long.
    let deleted = tenant::Entity::update_many()
        .filter(tenant::Column::Id.eq(tx.tenant()))
        .filter(tenant::Column::DeletedAt.is_not_null())
        .col_expr(tenant::Column::DeletedAt, Expr::value(scope.expiry_now()))
        .exec(&*tx)
        .await?;
    let rests = deleted.rows_affected > 0;
    let planned = Some(now).filter(|_| !rests);
    let marked = tx
        .update::<connection::Entity>()
        .filter(connection::Column::Standing.eq(connection::StandingCode::Connected))
        .filter(connection::Column::Renewable.eq(true))
        .col_expr(connection::Column::RestoredAt, Expr::value(now))
        .col_expr(connection::Column::DueAt, Expr::value(planned))
        .col_expr(connection::Column::OverdueAt, Expr::value(planned))
        .col_expr(connection::Column::LeaseUntil, Expr::value(0_i64))
        .exec(&*tx)
        .await?;
    let due = if rests { 0 } else { marked.rows_affected };
    mark_events(scope, &tx).await?;
    let entry = Entry::new(By::CommandLine, Action::Restored, Target::tenant())
        .detail(format!("connections={due}"));
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await?;
    Ok(due)
}

/// Marks where the earlier history ends. The row is locked before the audit's head.
async fn mark_events(scope: &TenantScope, tx: &Tx) -> Result<(), InternalError> {
    let sql = "INSERT INTO event_heads AS head (tenant_id, count, restored_count, restored_mark) \
         VALUES ($1, 0, 0, $2) ON CONFLICT (tenant_id) DO UPDATE \
         SET restored_count = head.count, restored_mark = excluded.restored_mark";
    let values = [
        scope.tenant().into(),
        scope.new_id::<domain::ids::EventId>().into(),
    ];
    let statement = Statement::from_sql_and_values(scope.db.backend(), sql, values);
    tx.execute_raw(statement).await?;
    Ok(())
}
