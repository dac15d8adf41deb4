//! Counts refusals of an app's connections in a row.
//!
//! One refused connection is a customer who left. Several in a row, with none
//! renewed between them, suggest a cause that they share: the app's own
//! credentials. (By RFC 6749 5.2 a replaced client secret gives
//! `invalid_client`, but an upstream may answer `invalid_grant` to it.) That is
//! then one incident of the app: its connections keep their states, and nobody
//! writes to customers without need.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::connection::{self, LossCode, StandingCode},
    records::{app_credentials, connection::Record, store::store_by_worker},
    tenancy::{TenantScope, Tx},
};
use domain::{app_credentials::Refusal, ids::AppId, time::Timestamp};
use sea_orm::{ColumnTrait, QueryFilter};

/// Counts a refusal, in the transaction that stores its consequences. If it
/// makes the app's incident, the losses in this row of refusals are reverted.
pub(crate) async fn count(
    scope: &TenantScope,
    tx: &Tx,
    app: AppId,
) -> Result<Refusal, InternalError> {
    let before = app_credentials::locked(tx, app)
        .await?
        .ok_or_else(|| InternalError::inconsistent("connections", "app_id", app))?;
    let (next, refusal) = before.clone().refused(scope.now());
    if next != before {
        app_credentials::write(tx, app, &next, scope.now()).await?;
    }
    if let Refusal::IncidentFound(since) = refusal {
        take_back(scope, tx, app, since).await?;
        tracing::error!(app.id = %app, tenant.id = %scope.tenant(), "Gorgias refused several connections of an app in a row: check its client secret");
    }
    Ok(refusal)
}

/// Reverts the losses in this row of refusals.
async fn take_back(
    scope: &TenantScope,
    tx: &Tx,
    app: AppId,
    since: Timestamp,
) -> Result<(), InternalError> {
    let now = scope.now();
    let lost = tx
        .all::<connection::Entity>()
        .filter(connection::Column::AppId.eq(app))
        .filter(connection::Column::Standing.eq(StandingCode::Lost))
        .filter(connection::Column::LossCause.eq(LossCode::Refused))
        .filter(connection::Column::StandingSince.gte(since))
        .readable::<Record>(&**tx, "bringing back what its app's fault took")
        .await?;
    let interval = scope.config.check_interval;
    let changes = lost
        .into_iter()
        .map(|record| record.change(|connection| connection.refusal_taken_back(now, interval)));
    store_by_worker(scope, tx, &changes.collect::<Vec<_>>()).await
}
