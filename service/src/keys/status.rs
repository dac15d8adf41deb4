//! Which keys there are, and what is under them.

use super::KeysError;
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::tenant,
    keys::TenantKeys,
    tenancy::{Actor, TenantScope},
};
use domain::{permission::Permission, slug::Slug};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A tenant, for who runs the installation.
pub struct Tenant {
    /// Its short name.
    pub slug: Slug,
    /// The right to its data.
    pub scope: TenantScope,
}

/// The actor's tenant's keys.
///
/// # Errors
/// [`KeysError::Forbidden`], or the database failed.
pub async fn show(actor: &Actor) -> Result<TenantKeys, KeysError> {
    actor.require(Permission::ManageKeys)?;
    Ok(of_tenant(actor.scope()).await?)
}

/// A tenant's keys.
///
/// # Errors
/// If the database failed.
pub async fn of_tenant(scope: &TenantScope) -> Result<TenantKeys, InternalError> {
    scope.services().vault().tenant_keys(scope).await
}

/// All tenants by short name, or the one that has it: for the command line,
/// whose user runs the installation and holds its master keys.
///
/// # Errors
/// [`KeysError::NoTenant`], or the database failed.
pub async fn tenants(services: &Services, only: Option<&Slug>) -> Result<Vec<Tenant>, KeysError> {
    let mut query = tenant::Entity::find().order_by_asc(tenant::Column::Slug);
    if let Some(slug) = only {
        query = query.filter(tenant::Column::Slug.eq(slug.as_str()));
    }
    // None is passed over: keys are removed once every tenant is under new ones.
    let rows = query.rows::<tenant::Model>(services.db.read()).await?;
    let found: Vec<_> = rows
        .into_iter()
        .map(|row| Tenant {
            slug: row.slug,
            scope: TenantScope::new(services, row.id),
        })
        .collect();
    match only {
        Some(slug) if found.is_empty() => Err(KeysError::NoTenant(slug.clone())),
        _ => Ok(found),
    }
}
