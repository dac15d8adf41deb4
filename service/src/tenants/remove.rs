//! Removes a tenant with all its data. Its audit stays, with what verifying it
//! needs: the row, under another slug, and the key.

use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{audit_removal, tenant},
    tenancy::{TenantScope, Tx},
};
use domain::slug::Slug;
use migration::rights::emptied_with_tenant;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement,
    sea_query::{Expr, SimpleExpr},
};

/// Why the tenant was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveTenantError {
    /// There is no such tenant.
    #[error("there is no tenant “{0}”; check its short name")]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Removes a tenant for good. For the command line, whose user runs the
/// installation. On PostgreSQL the program's role can do this only through a
/// function, which leaves a record.
///
/// # Errors
/// [`RemoveTenantError`]; nothing is removed then.
pub async fn remove(services: &Services, slug: &Slug) -> Result<(), RemoveTenantError> {
    // Without a tenant's scope: the slug is looked up to get one.
    let tenant = tenant::Entity::find()
        .filter(tenant::Column::Slug.eq(slug.as_str()))
        .filter(tenant::Column::RemovedAt.is_null())
        .row::<tenant::Model>(services.db.read())
        .await?
        .ok_or_else(|| RemoveTenantError::NoTenant(slug.clone()))?;
    let scope = TenantScope::new(services, tenant.id);
    let tx = scope.write().await?;
    erase(&scope, tx, &tenant, By::CommandLine).await?;
    tracing::info!(tenant.slug = %slug, "a tenant was removed on the command line");
    Ok(())
}

/// Removes all that is the tenant's, but its audit; also the people whom its single
/// sign-on brought.
pub(super) async fn erase(
    scope: &TenantScope,
    tx: Tx,
    tenant: &tenant::Model,
    by: By,
) -> Result<(), InternalError> {
    // What people wrote, or are named in.
    tenant::Entity::update_many()
        .filter(tenant::Column::Id.eq(tx.tenant()))
        .col_expr(tenant::Column::MailText, nothing())
        .col_expr(tenant::Column::DeletedBy, nothing())
        .exec(&*tx)
        .await?;
    if scope.db.is_sqlite() {
        empty(scope, &tx, tenant).await?;
    } else {
        tx.execute_unprepared("SELECT mooring_remove_tenant()")
            .await?;
    }
    let entry = Entry::new(by, Action::TenantRemoved, Target::tenant());
    audit::record(scope, &tx, &entry.detail(tenant.slug.to_string())).await?;
    tx.commit().await
}

fn nothing() -> SimpleExpr {
    Expr::value(Option::<String>::None)
}

/// Does what `mooring_remove_tenant` does on PostgreSQL.
async fn empty(scope: &TenantScope, tx: &Tx, tenant: &tenant::Model) -> Result<(), InternalError> {
    let id = tenant.id;
    let slug = format!("removed-{}", id.0.simple());
    tenant::Entity::update_many()
        .filter(tenant::Column::Id.eq(id))
        .col_expr(tenant::Column::RemovedAt, Expr::value(scope.now()))
        .col_expr(
            tenant::Column::FormerSlug,
            Expr::value(tenant.slug.as_str()),
        )
        .col_expr(tenant::Column::Slug, Expr::value(slug))
        .exec(&**tx)
        .await?;
    let backend = scope.db.backend();
    let mut statements: Vec<String> = emptied_with_tenant()
        .map(|table| format!("DELETE FROM {table} WHERE tenant_id = $1"))
        .collect();
    // Whom its single sign-on brought belongs to no other tenant.
    statements.push("DELETE FROM people WHERE sso_tenant_id = $1".into());
    // All except the key of the audit, and the data key that it is sealed under.
    statements.push(
        "DELETE FROM credentials WHERE tenant_id = $1 AND purpose <> 'tenant.audit_key'".into(),
    );
    statements.push(
        "DELETE FROM data_keys WHERE tenant_id = $1 AND id NOT IN (SELECT data_key_id FROM credentials)".into(),
    );
    for sql in statements {
        let statement = Statement::from_sql_and_values(backend, sql, [id.into()]);
        tx.execute_raw(statement).await?;
    }
    let record = audit_removal::Model {
        id: scope.new_id(),
        tenant_id: id,
        at: scope.now(),
        what: "tenant".to_owned(),
        entries: 0,
        through: 0,
        login: None,
    };
    audit_removal::Entity::insert(audit_removal::ActiveModel::from(record).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}
