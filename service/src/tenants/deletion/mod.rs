//! A tenant is deleted, can be brought back for a while, and is then erased for good.
//!
//! Whatever is looked up before a tenant is known finds nothing of a deleted one
//! (`tenancy::lookup`, `people::membership`, the fast path of token reads), so that
//! pages, links, API tokens and invitations answer as if it weren't there, in every
//! process. Its connections have no next check.

mod bring_back;
mod delete;
mod erase;

pub use bring_back::{
    BringBackError, DeletedTenant, bring_back, bring_back_on_command_line, deleted_of,
};
pub use delete::{DeleteTenantError, delete, delete_on_command_line};
pub(crate) use erase::keep_erased;
pub use erase::{Erased, erase_due};

use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{connection, tenant},
    tenancy::Tx,
};
use domain::{
    ids::ConnectionId,
    slug::Slug,
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, SimpleExpr},
};

/// How long a deleted tenant can be brought back.
pub const HELD_FOR: Span = Span::days(14);

/// Until when a tenant that was deleted then can be brought back.
pub const fn held_until(deleted_at: Timestamp) -> Timestamp {
    deleted_at.plus(HELD_FOR)
}

/// The tenant with this short name, unless it was erased for good.
async fn named(services: &Services, slug: &Slug) -> Result<Option<tenant::Model>, InternalError> {
    // Without a tenant's scope: the slug is looked up to get one.
    tenant::Entity::find()
        .filter(tenant::Column::Slug.eq(slug.as_str()))
        .filter(tenant::Column::RemovedAt.is_null())
        .row::<tenant::Model>(services.db.read())
        .await
}

/// Locks the tenant, and says whether it was deleted by then and still is.
async fn is_still_deleted(tx: &Tx, before: Timestamp) -> Result<bool, InternalError> {
    let tenant = tenant::Entity::find_by_id(tx.tenant())
        .lock(LockType::NoKeyUpdate)
        .row::<tenant::Model>(&**tx)
        .await?;
    Ok(tenant.is_some_and(|tenant| {
        tenant.removed_at.is_none() && tenant.deleted_at.is_some_and(|at| at <= before)
    }))
}

/// How many connections one statement changes: a statement has a few seconds.
const AT_ONCE: u64 = 2_000;

/// No connection of the tenant is checked any more.
async fn rest(tx: &Tx) -> Result<(), InternalError> {
    let never = || Expr::value(Option::<i64>::None);
    let mut after = None;
    loop {
        let due = connection::Column::DueAt.is_not_null();
        let Some(ids) = next_ids(tx, due, &mut after).await? else {
            return Ok(());
        };
        tx.update::<connection::Entity>()
            .filter(connection::Column::Id.is_in(ids))
            .col_expr(connection::Column::DueAt, never())
            .col_expr(connection::Column::OverdueAt, never())
            .col_expr(connection::Column::QueuedExpiry, never())
            .exec(&**tx)
            .await?;
    }
}

/// All connections of the tenant are checked now: nobody did for days.
async fn wake(tx: &Tx, now: Timestamp) -> Result<(), InternalError> {
    let mut after = None;
    loop {
        let connected = connection::Column::Standing.eq(connection::StandingCode::Connected);
        let Some(ids) = next_ids(tx, connected, &mut after).await? else {
            return Ok(());
        };
        tx.update::<connection::Entity>()
            .filter(connection::Column::Id.is_in(ids.clone()))
            .col_expr(connection::Column::DueAt, Expr::value(now))
            .col_expr(connection::Column::LeaseUntil, Expr::value(0_i64))
            .exec(&**tx)
            .await?;
        tx.update::<connection::Entity>()
            .filter(connection::Column::Id.is_in(ids))
            .filter(connection::Column::Renewable.eq(true))
            .col_expr(connection::Column::OverdueAt, Expr::value(now))
            .exec(&**tx)
            .await?;
    }
}

/// The next connections of the tenant, in the order of their ids.
async fn next_ids(
    tx: &Tx,
    wanted: SimpleExpr,
    after: &mut Option<ConnectionId>,
) -> Result<Option<Vec<ConnectionId>>, InternalError> {
    let mut ids = tx
        .all::<connection::Entity>()
        .select_only()
        .column(connection::Column::Id)
        .filter(wanted)
        .order_by_asc(connection::Column::Id)
        .limit(AT_ONCE);
    if let Some(after) = *after {
        ids = ids.filter(connection::Column::Id.gt(after));
    }
    let ids: Vec<ConnectionId> = ids.into_tuple().all(&**tx).await?;
    *after = ids.last().copied();
    Ok(after.is_some().then_some(ids))
}
