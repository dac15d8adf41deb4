//! The state of keys, and how many records are under each.

use super::KeysError;
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::tenant,
    keys::TenantKeys,
    tenancy::{Actor, TenantScope},
};
use domain::{permission::Permission, slug::Slug};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A tenant, for the operator of the installation.
pub struct Tenant {
    /// Its short name.
    pub slug: Slug,
    /// The scope of its data.
    pub scope: TenantScope,
}

/// The keys of the actor's tenant.
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

/// All tenants by short name, or the one with this name. For the command line,
/// whose user runs the installation and has its master keys.
///
/// # Errors
/// [`KeysError::NoTenant`], or the database failed.
pub async fn tenants(services: &Services, only: Option<&Slug>) -> Result<Vec<Tenant>, KeysError> {
    let mut query = tenant::Entity::find().order_by_asc(tenant::Column::Slug);
    if let Some(slug) = only {
        query = query.filter(tenant::Column::Slug.eq(slug.as_str()));
    }
    // No tenant may be left out: keys are removed when every tenant is under new ones.
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
