//! Deletes a tenant, so that it can be brought back.

use super::{named, rest};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        error::{Forbidden, InternalError},
        services::Services,
    },
    entity::tenant,
    tenancy::{Actor, Confirmed, TenantScope, Who},
};
use domain::{permission::Permission, slug::Slug};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

/// Why the tenant was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteTenantError {
    /// The role doesn't allow it, or somebody else confirmed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Another name was typed.
    #[error("type “{0}” to delete it")]
    WrongName(Slug),
    /// There is no such tenant.
    #[error("there is no tenant “{0}”; check its short name")]
    NoTenant(Slug),
    /// It was deleted before.
    #[error("the tenant “{0}” is deleted already; `mooring tenants restore` brings it back")]
    Before(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for DeleteTenantError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Deletes the actor's tenant, whose short name has to be typed.
///
/// # Errors
/// [`DeleteTenantError`]; nothing is changed then.
pub async fn delete(
    actor: &Actor,
    confirmed: &Confirmed,
    typed: &str,
) -> Result<(), DeleteTenantError> {
    actor.require(Permission::ManageTenant)?;
    actor.require_confirmed(confirmed)?;
    if typed.trim() != actor.tenant_slug.as_str() {
        return Err(DeleteTenantError::WrongName(actor.tenant_slug.clone()));
    }
    let by = match &actor.who {
        Who::Person { name, .. } | Who::ApiToken { name, .. } => name.clone(),
    };
    let entry = Entry::of(actor, Action::TenantDeleted, Target::tenant());
    mark(actor.scope(), &actor.tenant_slug, by, entry).await
}

/// Deletes a tenant, for whoever runs the installation.
///
/// # Errors
/// [`DeleteTenantError`]; nothing is changed then.
pub async fn delete_on_command_line(
    services: &Services,
    slug: &Slug,
) -> Result<(), DeleteTenantError> {
    let tenant = named(services, slug).await?;
    let tenant = tenant.ok_or_else(|| DeleteTenantError::NoTenant(slug.clone()))?;
    let scope = TenantScope::new(services, tenant.id);
    let entry = Entry::new(By::CommandLine, Action::TenantDeleted, Target::tenant());
    mark(&scope, slug, "the command line".to_owned(), entry).await
}

async fn mark(
    scope: &TenantScope,
    slug: &Slug,
    by: String,
    entry: Entry,
) -> Result<(), DeleteTenantError> {
    let tx = scope.write().await?;
    let marked = tenant::Entity::update_many()
        .filter(tenant::Column::Id.eq(tx.tenant()))
        .filter(tenant::Column::DeletedAt.is_null())
        .col_expr(tenant::Column::DeletedAt, Expr::value(scope.expiry_now()))
        .col_expr(tenant::Column::DeletedBy, Expr::value(by))
        .exec(&*tx)
        .await?;
    if marked.rows_affected == 0 {
        return Err(DeleteTenantError::Before(slug.clone()));
    }
    rest(&tx).await?;
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(tenant.slug = %slug, "a tenant was deleted");
    Ok(())
}
