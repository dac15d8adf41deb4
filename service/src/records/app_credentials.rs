//! The state of an app's credentials, in its row.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::app,
    tenancy::{TenantScope, Tx},
};
use domain::{
    app_credentials::{AppCredentials, CredentialsFault},
    ids::AppId,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

impl TryFrom<&app::Model> for AppCredentials {
    type Error = InternalError;

    fn try_from(row: &app::Model) -> Result<Self, InternalError> {
        let by_refusals = row.fault_by_refusals;
        let refused_in_a_row = u32::try_from(row.refused_in_a_row)
            .map_err(|_| InternalError::inconsistent("apps", "refused_in_a_row", row.id))?;
        Ok(Self {
            fault: row
                .fault_since
                .map(|since| CredentialsFault { since, by_refusals }),
            probe_at: row.probe_at,
            refused_in_a_row,
            refused_since: row.refused_since,
            refusals_accepted_until: row.refusals_accepted_until,
            client_refused_at: row.client_refused_at,
            client_refused_by: row.client_refused_by,
            exchange_refused: row.exchange_refused_at.zip(row.exchange_refused_by.clone()),
            changed_at: row.updated_at,
        })
    }
}

/// The state of an app's credentials, locked for a change; `None` if the app is gone.
pub(crate) async fn locked(tx: &Tx, app: AppId) -> Result<Option<AppCredentials>, InternalError> {
    let row: Option<app::Model> = tx
        .all::<app::Entity>()
        .filter(app::Column::Id.eq(app))
        .lock(LockType::NoKeyUpdate)
        .row(&**tx)
        .await?;
    row.as_ref().map(TryInto::try_into).transpose()
}

/// Writes the result of a transition of [`locked`] credentials at `now`.
pub(crate) async fn write(
    tx: &Tx,
    app: AppId,
    to: &AppCredentials,
    now: Timestamp,
) -> Result<(), InternalError> {
    use app::Column;
    // The history of the app's health needs when a fault ended (ADR 39).
    let ended = match to.fault {
        Some(_) => Expr::col(Column::FaultEndedAt),
        None => Expr::case(Column::FaultSince.is_not_null(), now)
            .finally(Expr::col(Column::FaultEndedAt))
            .into(),
    };
    let (refused_at, refused_by) = to.exchange_refused.clone().unzip();
    let in_a_row = i32::try_from(to.refused_in_a_row).unwrap_or(i32::MAX);
    tx.update::<app::Entity>()
        .filter(Column::Id.eq(app))
        .col_expr(Column::FaultEndedAt, ended)
        .col_expr(Column::FaultSince, Expr::value(to.rejected_since()))
        .col_expr(Column::FaultByRefusals, Expr::value(to.in_doubt()))
        .col_expr(Column::ProbeAt, Expr::value(to.probe_at))
        .col_expr(Column::RefusedInARow, Expr::value(in_a_row))
        .col_expr(Column::RefusedSince, Expr::value(to.refused_since))
        .col_expr(
            Column::RefusalsAcceptedUntil,
            Expr::value(to.refusals_accepted_until),
        )
        .col_expr(Column::ClientRefusedAt, Expr::value(to.client_refused_at))
        .col_expr(Column::ClientRefusedBy, Expr::value(to.client_refused_by))
        .col_expr(Column::ExchangeRefusedAt, Expr::value(refused_at))
        .col_expr(Column::ExchangeRefusedBy, Expr::value(refused_by))
        .col_expr(Column::UpdatedAt, Expr::value(to.changed_at))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Applies a transition in a transaction of its own; `None` from the transition
/// changes nothing.
pub(crate) async fn change(
    scope: &TenantScope,
    app: AppId,
    transition: impl FnOnce(AppCredentials) -> Option<AppCredentials>,
) -> Result<(), InternalError> {
    let tx = scope.write().await?;
    let before = locked(&tx, app).await?;
    if let Some(next) = before.and_then(transition) {
        write(&tx, app, &next, scope.now()).await?;
    }
    tx.commit().await
}
