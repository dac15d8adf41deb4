//! Makes tenants: on the command line without people, whose first owner is invited;
//! in the browser by somebody who owns one already, where the settings allow it.

use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        config::TenantCreation,
        error::{Forbidden, InternalError},
        services::Services,
    },
    entity::membership,
    people::{
        SignedIn,
        membership::{PersonSummary, owns_a_tenant},
        owner::insert_tenant,
        set_up::is_name,
    },
    tenancy::{TenantScope, Tx},
};
use domain::{app_limit::AppLimit, role::Role, slug::Slug};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    EntityTrait, SqlErr,
};
use std::net::IpAddr;

/// The tenant was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTenantError {
    /// The name won't do.
    #[error("give the tenant a name, with 100 letters at most")]
    BadName,
    /// Another tenant has this short name.
    #[error("there is a tenant “{0}” already; choose another short name")]
    Taken(Slug),
    /// The person may not make any.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
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
    let tx = insert(services, slug, name).await?;
    let entry = Entry::new(By::CommandLine, Action::TenantCreated, Target::tenant());
    audit::record(services, &tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the person may make tenants in the browser.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn may_create(services: &Services, signed_in: SignedIn) -> Result<bool, InternalError> {
    match services.config.tenant_creation {
        TenantCreation::Nobody => Ok(false),
        // Whoever runs a tenant's provider can be anybody there.
        TenantCreation::Owners if !signed_in.is_own_way() => Ok(false),
        TenantCreation::Owners => owns_a_tenant(services, signed_in.person()).await,
    }
}

/// Makes a tenant, of which the person is the owner.
///
/// # Errors
/// [`CreateTenantError`]; nothing is stored then.
pub async fn create_as_owner(
    services: &Services,
    person: &PersonSummary,
    (slug, name): (&Slug, &str),
    address: Option<IpAddr>,
) -> Result<(), CreateTenantError> {
    if !may_create(services, person.signed_in).await? {
        return Err(Forbidden.into());
    }
    let tx = insert(services, slug, name).await?;
    membership::Entity::insert(membership::ActiveModel {
        tenant_id: Set(tx.tenant()),
        person_id: Set(person.id),
        role: Set(Role::Owner),
        apps: Set(AppLimit::All),
        created_at: Set(services.now()),
        columns: NotSet,
    })
    .exec_without_returning(&*tx)
    .await?;
    let by = By::Person {
        id: person.id,
        name: person.name.clone(),
        email: person.email.clone(),
    };
    let entry = Entry::new(by, Action::TenantCreated, Target::tenant()).at(address);
    audit::record(services, &tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert(services: &Services, slug: &Slug, name: &str) -> Result<Tx, CreateTenantError> {
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
    Ok(TenantScope::new(services, tenant).enter(tx).await?)
}
