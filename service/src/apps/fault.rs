//! A setup fault: Gorgias refuses the app's own credentials.

use crate::{
    entity::app,
    error::Fault,
    tenant_scope::{TenantScope, Tx},
};
use domain::ids::AppId;
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// Notes that Gorgias refuses the app's own credentials; the first refusal's time stays.
pub(crate) async fn set(scope: &TenantScope, app: AppId) -> Result<(), Fault> {
    let tx = scope.write().await?;
    let first = tx
        .update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .filter(app::Column::FaultSince.is_null())
        .col_expr(app::Column::FaultSince, Expr::value(scope.now().0))
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
