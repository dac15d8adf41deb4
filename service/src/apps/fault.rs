//! A setup fault: Gorgias refuses the app's own credentials, or they are in
//! doubt (see `refusals`).

use crate::{
    apps::{App, exchange},
    connections::record::Record,
    entity::{app, connection},
    error::Fault,
    tenant_scope::{TenantScope, Tx},
};
use domain::{
    connection::{NEEDED_LIFE, PROBE_EVERY},
    event::Actor,
    failure::FailureKind,
    health::Health,
    ids::{AppId, ConnectionId},
    time::{Span, Timestamp},
    token::overdue_at,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, QueryFilter, QuerySelect, Statement,
    UpdateMany,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

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

/// What `invalid_client`, as one connection got it, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing sure yet: it is asked again.
    Unconfirmed,
    /// Gorgias refuses the app's own credentials.
    OfApp,
    /// Nothing: the credentials were replaced meanwhile.
    Outdated,
}

/// Counts an `invalid_client` that a connection got at `now`, within the
/// transaction that stores what it means. It is a fault of the app if a second
/// connection gets it too, or the same one again after [`PROBE_EVERY`] while no
/// other was renewed. `used_at` is when the credentials that were refused were
/// read.
///
/// Only a connection that has worked before can say so: what an exchange of a
/// code is answered with lies with whoever brought the code.
pub(crate) async fn refused(
    scope: &TenantScope,
    tx: &Tx,
    app: AppId,
    connection: ConnectionId,
    used_at: Timestamp,
    now: Timestamp,
) -> Result<Refusal, Fault> {
    let row = tx
        .all::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .lock(LockType::NoKeyUpdate)
        .one(&**tx)
        .await?
        .ok_or_else(|| Fault::inconsistent("connections", "app_id", app))?;
    if row.fault_since.is_some() {
        return Ok(Refusal::OfApp);
    }
    if row.updated_at > used_at.0 {
        return Ok(Refusal::Outdated);
    }
    let by = row.client_refused_by;
    let confirmed = match row.client_refused_at.map(Timestamp) {
        Some(first) => by != Some(connection.0) || now.since(first) >= PROBE_EVERY,
        None => false,
    };
    let update = tx.update::<app::Entity>().filter(app::Column::Id.eq(app.0));
    if confirmed {
        update
            .col_expr(app::Column::FaultSince, Expr::value(now.0))
            .col_expr(app::Column::ProbeAt, Expr::value(now.plus(PROBE_EVERY).0))
            .col_expr(
                app::Column::ClientRefusedAt,
                Expr::value(Option::<i64>::None),
            )
            .col_expr(
                app::Column::ClientRefusedBy,
                Expr::value(Option::<Uuid>::None),
            )
            .exec(&**tx)
            .await?;
        take_back(scope, tx, app).await?;
        tracing::error!(app.id = %app, tenant.id = %scope.tenant(), "Gorgias refuses the app's credentials: check its client id and client secret");
        return Ok(Refusal::OfApp);
    }
    // While it waits, or after others were renewed since: then this one is known
    // to be alone with it, and only another one's refusal counts.
    if by != Some(connection.0) {
        update
            .col_expr(app::Column::ClientRefusedAt, Expr::value(now.0))
            .col_expr(app::Column::ClientRefusedBy, Expr::value(connection.0))
            .exec(&**tx)
            .await?;
    }
    Ok(Refusal::Unconfirmed)
}

/// Brings back the connections that were retried for what is the app's fault.
async fn take_back(scope: &TenantScope, tx: &Tx, app: AppId) -> Result<(), Fault> {
    let kind = FailureKind::ClientRefused.encode();
    let retried = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app.0))
        .filter(connection::Column::Health.eq(Health::Retrying.code()))
        .filter(connection::Column::FailureKind.eq(kind))
        .all(&**tx)
        .await?;
    for row in retried {
        let record = match Record::try_from(row) {
            Ok(record) => record,
            // It must not keep the fault from being told.
            Err(error) => {
                tracing::error!(%error, "A connection was passed over when its app's fault was found");
                continue;
            }
        };
        let now = scope.now();
        let changed = record.change(|connection| connection.failures_taken_back(now));
        changed.store(scope, tx, &Actor::Worker).await?;
    }
    Ok(())
}

/// No fault, and no refusals counted.
pub(crate) fn forget(update: UpdateMany<app::Entity>) -> UpdateMany<app::Entity> {
    forget_but(update, None)
}

/// As [`forget`], but for the connection that is known to be alone with `invalid_client`.
fn forget_but(
    update: UpdateMany<app::Entity>,
    alone: Option<ConnectionId>,
) -> UpdateMany<app::Entity> {
    exchange::forget(update)
        .col_expr(app::Column::FaultSince, Expr::value(Option::<i64>::None))
        .col_expr(app::Column::FaultByRefusals, Expr::value(false))
        .col_expr(app::Column::RefusedInARow, Expr::value(0))
        .col_expr(app::Column::RefusedSince, Expr::value(Option::<i64>::None))
        .col_expr(
            app::Column::ClientRefusedAt,
            Expr::value(Option::<i64>::None),
        )
        .col_expr(
            app::Column::ClientRefusedBy,
            Expr::value(alone.map(|id| id.0)),
        )
}

/// Notes that the app's credentials brought a token to these connections, after
/// what proved it is stored: a transaction of its own, since editing an app locks
/// app and connections the other way round. Connections that waited come due
/// again before their tokens run out.
pub(crate) async fn clear(
    scope: &TenantScope,
    app: &App,
    by: &[ConnectionId],
) -> Result<(), Fault> {
    let alone = app.client_refused_by.filter(|alone| !by.contains(alone));
    let nothing = app.fault_since.is_none()
        && app.refused_in_a_row == 0
        && app.exchange_refused.is_none()
        && app.client_refused_at.is_none()
        && app.client_refused_by == alone;
    if nothing {
        return Ok(());
    }
    let tx = scope.write().await?;
    // Whoever was refused while others were renewed is alone with that.
    forget_but(tx.update::<app::Entity>(), alone)
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
    let fault = app.fault_since.is_some() && !app.fault_by_refusals;
    if !fault && app.client_refused_at.is_none() {
        return Ok(());
    }
    let tx = scope.write().await?;
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(app.id.0))
        .filter(app::Column::FaultByRefusals.eq(false))
        .col_expr(app::Column::FaultSince, Expr::value(Option::<i64>::None))
        .col_expr(
            app::Column::ClientRefusedAt,
            Expr::value(Option::<i64>::None),
        )
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    if fault {
        come_due(scope, app.id).await?;
    }
    Ok(())
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
