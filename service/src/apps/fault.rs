//! A setup fault: Gorgias refuses the app's own credentials, or they are in
//! doubt (see `refusals`).

use crate::{
    apps::{App, exchange},
    connections::record::NEEDED_LIFE,
    entity::{app, connection},
    error::Fault,
    tenant_scope::TenantScope,
};
use domain::{
    ids::AppId,
    time::{Span, Timestamp},
    token::overdue_at,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, QueryFilter, Statement, UpdateMany,
    sea_query::Expr,
};

/// How often the credentials of an app with a fault are tried by the sweep.
pub(crate) const PROBE_EVERY: Span = Span::minutes(5);

/// Whether the caller is the one who tries the app's credentials now. The
/// breaker is a row, so all processes together try once.
pub(crate) async fn may_probe(scope: &TenantScope, app: AppId) -> Result<bool, Fault> {
    let now = scope.now();
    let tx = scope.write().await?;
    let first = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .filter(
            Condition::any()
                .add(app::Column::ProbeAt.is_null())
                .add(app::Column::ProbeAt.lte(now.0)),
        )
        .col_expr(app::Column::ProbeAt, Expr::value(now.plus(PROBE_EVERY).0))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(first.rows_affected == 1)
}

/// Notes that Gorgias refuses the app's own credentials; the first refusal's time stays.
/// A refusal of credentials that were replaced meanwhile says nothing: `used_at`
/// is when those that were refused were read.
pub(crate) async fn set(scope: &TenantScope, app: AppId, used_at: Timestamp) -> Result<(), Fault> {
    let tx = scope.write().await?;
    let first = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .filter(app::Column::FaultSince.is_null())
        .filter(app::Column::UpdatedAt.lte(used_at.0))
        .col_expr(app::Column::FaultSince, Expr::value(scope.now().0))
        .col_expr(
            app::Column::ProbeAt,
            Expr::value(scope.now().plus(PROBE_EVERY).0),
        )
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if first.rows_affected == 1 {
        tracing::error!(app.id = %app, tenant.id = %scope.tenant(), "Gorgias refuses the app's credentials: check its client id and client secret");
    }
    Ok(())
}

/// No fault, and no refusals counted.
pub(crate) fn forget(update: UpdateMany<app::Entity>) -> UpdateMany<app::Entity> {
    exchange::forget(update)
        .col_expr(app::Column::FaultSince, Expr::value(Option::<i64>::None))
        .col_expr(app::Column::FaultByRefusals, Expr::value(false))
        .col_expr(app::Column::RefusedInARow, Expr::value(0))
        .col_expr(app::Column::RefusedSince, Expr::value(Option::<i64>::None))
}

/// Notes that the app's credentials brought a token, after what proved it is
/// stored: a transaction of its own, since editing an app locks app and
/// connections the other way round. Connections that waited come due again
/// before their tokens run out.
pub(crate) async fn clear(scope: &TenantScope, app: &App) -> Result<(), Fault> {
    if app.fault_since.is_none() && app.refused_in_a_row == 0 && app.exchange_refused.is_none() {
        return Ok(());
    }
    let tx = scope.write().await?;
    forget(tx.update::<app::Entity>())
        .filter(app::Column::Id.eq(app.id.0))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if app.fault_since.is_some() {
        come_due(scope, app.id).await?;
    }
    Ok(())
}

/// Notes that Gorgias knew the app's credentials, since it refused a refresh
/// token with them (RFC 6749 5.2: a client that fails is `invalid_client`).
pub(crate) async fn recognised(scope: &TenantScope, app: &App) -> Result<(), Fault> {
    if app.fault_since.is_none() || app.fault_by_refusals {
        return Ok(());
    }
    let tx = scope.write().await?;
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(app.id.0))
        .filter(app::Column::FaultByRefusals.eq(false))
        .col_expr(app::Column::FaultSince, Expr::value(Option::<i64>::None))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    come_due(scope, app.id).await
}

async fn come_due(scope: &TenantScope, app: AppId) -> Result<(), Fault> {
    let tx = scope.write().await?;
    let in_time = Expr::col(connection::Column::AccessExpiresAt).sub(NEEDED_LIFE.0);
    tx.update::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app.0))
        .filter(Expr::col(connection::Column::DueAt).gt(in_time.clone()))
        .col_expr(connection::Column::DueAt, in_time)
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Puts off all connections of the app that are due, without a call, for half
/// the check interval and up to as much again, so that they neither take
/// others' turns nor come back together.
pub(crate) async fn put_off(scope: &TenantScope, app: AppId) -> Result<(), Fault> {
    let now = scope.now();
    let interval = scope.config.check_interval;
    let half = interval.0 / 2;
    let spread = if scope.db.is_sqlite() {
        "abs(random() % $1)"
    } else {
        "floor(random() * $1::bigint)::bigint"
    };
    let tx = scope.write().await?;
    let values: [sea_orm::Value; 6] = [
        Ord::max(half, 1).into(),
        now.plus(Span(half)).0.into(),
        overdue_at(now, interval).0.into(),
        tx.tenant().0.into(),
        app.0.into(),
        now.0.into(),
    ];
    let sql = format!(
        "UPDATE connections SET due_at = $2 + {spread}, overdue_at = $3, queued_expiry = NULL \
         WHERE tenant_id = $4 AND app_id = $5 AND due_at <= $6 AND renewable"
    );
    tx.execute_raw(Statement::from_sql_and_values(
        scope.db.backend(),
        sql,
        values,
    ))
    .await?;
    tx.commit().await
}
