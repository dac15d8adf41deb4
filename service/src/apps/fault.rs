//! A setup fault: Gorgias refuses the app's own credentials.

use crate::{
    entity::app,
    error::Fault,
    tenant_scope::{TenantScope, Tx},
};
use domain::{ids::AppId, time::Span};
use sea_orm::{ColumnTrait, Condition, QueryFilter, sea_query::Expr};

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
pub(crate) async fn set(scope: &TenantScope, app: AppId) -> Result<(), Fault> {
    let tx = scope.write().await?;
    let first = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .filter(app::Column::FaultSince.is_null())
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

/// Notes that the app's credentials were accepted.
pub(crate) async fn clear(tx: &Tx, app: AppId) -> Result<(), Fault> {
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .col_expr(app::Column::FaultSince, Expr::value(Option::<i64>::None))
        .exec(&**tx)
        .await?;
    Ok(())
}
