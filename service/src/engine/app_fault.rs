//! A setup fault: Gorgias refuses the app's own credentials, or they are in
//! doubt (see `refusals`).

use crate::{
    core::{error::InternalError, queries, rows::Rows},
    entity::{app, connection},
    records::{app::App, app_credentials, connection::Record, store::store_by_worker},
    tenancy::{TenantScope, Tx},
};
use domain::{
    app_credentials::{AppCredentials, ClientRefusal},
    connection::{NEEDED_LIFE, PROBE_EVERY},
    failure::FailureKind,
    health::Health,
    ids::{AppId, ConnectionId},
    time::{Span, Timestamp},
    token::overdue_at,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, ExprTrait, QueryFilter, sea_query::Expr};

/// Whether the caller is the one that tries the app's credentials now. The
/// breaker is a row, so only one of all processes tries.
pub(crate) async fn may_probe(scope: &TenantScope, app: AppId) -> Result<bool, InternalError> {
    let now = scope.now();
    let tx = scope.write().await?;
    let first = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app))
        .filter(
            Condition::any()
                .add(app::Column::ProbeAt.is_null())
                .add(app::Column::ProbeAt.lte(now)),
        )
        .col_expr(app::Column::ProbeAt, Expr::value(now.plus(PROBE_EVERY)))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(first.rows_affected == 1)
}

/// Counts an `invalid_client` that a connection got at `now`, with credentials
/// that were read at `used_at`, in the transaction that stores its
/// consequences.
pub(crate) async fn refused(
    scope: &TenantScope,
    tx: &Tx,
    app: AppId,
    connection: ConnectionId,
    used_at: Timestamp,
    now: Timestamp,
) -> Result<ClientRefusal, InternalError> {
    let before = app_credentials::locked(tx, app)
        .await?
        .ok_or_else(|| InternalError::inconsistent("connections", "app_id", app))?;
    let (next, refusal) = before.clone().client_refused(connection, used_at, now);
    if next != before {
        app_credentials::write(tx, app, &next, now).await?;
    }
    if refusal == ClientRefusal::FaultFound {
        take_back(scope, tx, app).await?;
        tracing::error!(app.id = %app, tenant.id = %scope.tenant(), "Gorgias refuses the app's credentials: check its client id and client secret");
    }
    Ok(refusal)
}

/// Removes the failures of connections that were retried because of the app's fault.
async fn take_back(scope: &TenantScope, tx: &Tx, app: AppId) -> Result<(), InternalError> {
    let kind = FailureKind::ClientRefused.encode();
    let retried = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app))
        .filter(connection::Column::Health.eq(Health::Retrying))
        .filter(connection::Column::FailureKind.eq(kind))
        .readable::<Record>(&**tx, "bringing back what its app's fault took")
        .await?;
    let now = scope.now();
    let changes = retried
        .into_iter()
        .map(|record| record.change(|connection| connection.failures_taken_back(now)));
    store_by_worker(scope, tx, &changes.collect::<Vec<_>>()).await
}

/// Records that the app's credentials brought a token to these connections.
/// Runs after their tokens are stored, in a transaction of its own, since
/// editing an app locks app and connections in the other order. Connections
/// that waited become due again before their tokens expire.
pub(crate) async fn clear(
    scope: &TenantScope,
    app: &App,
    by: &[ConnectionId],
) -> Result<(), InternalError> {
    if app.credentials.clone().proven(by).is_none() {
        return Ok(());
    }
    app_credentials::change(scope, app.id, |known| known.proven(by)).await?;
    if app.credentials.fault.is_some() {
        come_due(scope, app.id).await?;
    }
    Ok(())
}

/// Records that Gorgias knows the app's credentials, since it refused a refresh
/// token that came with them (RFC 6749 5.2: a client that fails is
/// `invalid_client`).
pub(crate) async fn recognised(scope: &TenantScope, app: &App) -> Result<(), InternalError> {
    if app.credentials.clone().recognised().is_none() {
        return Ok(());
    }
    app_credentials::change(scope, app.id, AppCredentials::recognised).await?;
    if app.credentials.fault.is_some() {
        come_due(scope, app.id).await?;
    }
    Ok(())
}

async fn come_due(scope: &TenantScope, app: AppId) -> Result<(), InternalError> {
    let tx = scope.write().await?;
    let in_time = Expr::col(connection::Column::AccessExpiresAt).sub(NEEDED_LIFE.0);
    tx.update::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app))
        .filter(Expr::col(connection::Column::DueAt).gt(in_time.clone()))
        .col_expr(connection::Column::DueAt, in_time)
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Delays all due connections of the app, without a call, by half the check
/// interval and up to as much again. So they neither take the place of others
/// nor come back together.
pub(crate) async fn put_off(scope: &TenantScope, app: AppId) -> Result<(), InternalError> {
    let now = scope.now();
    let interval = scope.config.check_interval;
    let half = interval.0 / 2;
    let tx = scope.write().await?;
    let values: [sea_orm::Value; 6] = [
        Ord::max(half, 1).into(),
        now.plus(Span(half)).0.into(),
        overdue_at(now, interval).0.into(),
        tx.tenant().into(),
        app.into(),
        now.into(),
    ];
    tx.execute_raw(queries::PUT_OFF.with(&scope.db, values))
        .await?;
    tx.commit().await
}
