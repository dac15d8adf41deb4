//! A tenant without people: its first owner is invited.

use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, services::Services},
    people::{owner::insert_tenant, set_up::is_name},
    tenancy::TenantScope,
};
use domain::slug::Slug;
use sea_orm::SqlErr;

/// The tenant was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTenantError {
    /// The name won't do.
    #[error("give the tenant a name, with 100 letters at most")]
    BadName,
    /// Another tenant has this short name.
    #[error("there is a tenant “{0}” already; choose another short name")]
    Taken(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for CreateTenantError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Makes a tenant, on the command line.
///
/// # Errors
/// [`CreateTenantError`]; nothing is stored then.
pub async fn create(services: &Services, slug: &Slug, name: &str) -> Result<(), CreateTenantError> {
    let name = name.trim();
    if !is_name(name) {
        return Err(CreateTenantError::BadName);
    }
    // Without a tenant's scope: the tenant comes into being only now.
    let tx = services.db.begin_write().await?;
    let tenant = insert_tenant(services, &tx, slug, name)
        .await
        .map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => CreateTenantError::Taken(slug.clone()),
            _ => error.into(),
        })?;
    let tx = TenantScope::new(services, tenant).enter(tx).await?;
    let entry = Entry::new(By::CommandLine, Action::TenantCreated, Target::tenant());
    audit::record(services, &tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
