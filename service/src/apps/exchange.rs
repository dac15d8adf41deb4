//! What Gorgias answered when a code was last handed in for an app.
//!
//! A refusal of the app's credentials there is told to its operators and stops
//! nothing: anybody may name the account that answers, so only connections that
//! worked before can show that the credentials are bad (see `fault`).

use crate::{entity::app, error::Fault, tenant_scope::TenantScope};
use domain::{ids::AppId, subdomain::Subdomain, time::Timestamp};
use sea_orm::{ColumnTrait, QueryFilter, UpdateMany, sea_query::Expr};

/// Notes that an account answered `invalid_client` to a code. A refusal of
/// credentials that were replaced meanwhile says nothing: `used_at` is when
/// those that were refused were read.
pub(crate) async fn refused(
    scope: &TenantScope,
    app: AppId,
    account: &Subdomain,
    used_at: Timestamp,
) -> Result<(), Fault> {
    let tx = scope.write().await?;
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(app.0))
        .filter(app::Column::UpdatedAt.lte(used_at.0))
        .col_expr(app::Column::ExchangeRefusedAt, Expr::value(scope.now().0))
        .col_expr(
            app::Column::ExchangeRefusedBy,
            Expr::value(account.to_string()),
        )
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    tracing::warn!(app.id = %app, tenant.id = %scope.tenant(), %account, "An exchange was refused with invalid_client");
    Ok(())
}

/// No refused exchange.
pub(crate) fn forget(update: UpdateMany<app::Entity>) -> UpdateMany<app::Entity> {
    update
        .col_expr(
            app::Column::ExchangeRefusedAt,
            Expr::value(Option::<i64>::None),
        )
        .col_expr(
            app::Column::ExchangeRefusedBy,
            Expr::value(Option::<String>::None),
        )
}
