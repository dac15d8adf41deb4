//! Brings a deleted tenant back.

use super::{held_until, named, wake};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, rows::Rows, services::Services},
    entity::tenant,
    people::{SignedIn, membership},
    tenancy::{Actor, TenantScope, Who},
};
use domain::{permission::Permission, slug::Slug, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use std::net::IpAddr;

/// Why the tenant was not brought back.
#[derive(Debug, thiserror::Error)]
pub enum BringBackError {
    /// There is no such tenant, it isn't deleted, or its time is over.
    #[error(
        "there is no deleted tenant “{0}” that can be brought back; check its short name, and `mooring tenants list`"
    )]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for BringBackError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// A deleted tenant that a person may bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTenant {
    /// Its short name.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Who deleted it.
    pub by: String,
    /// Until when it can be brought back.
    pub until: Timestamp,
}

/// The deleted tenants that the person owned, as long as they can be brought back.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn deleted_of(
    services: &Services,
    signed_in: SignedIn,
) -> Result<Vec<DeletedTenant>, InternalError> {
    // A tenant's single sign-on opens no other tenant, and no deleted one.
    if !signed_in.is_own_way() {
        return Ok(Vec::new());
    }
    let owned = membership::deleted_and_owned(services, signed_in.person()).await?;
    if owned.is_empty() {
        return Ok(Vec::new());
    }
    // Without a tenant's scope: these are a person's own, in every tenant.
    let rows: Vec<tenant::Model> = tenant::Entity::find()
        .filter(tenant::Column::Id.is_in(owned))
        .order_by_asc(tenant::Column::Name)
        .readable(services.db.read(), "the deleted tenants of a person")
        .await?;
    let now = services.expiry_now();
    let deleted = rows.into_iter().filter_map(|row| {
        let until = held_until(row.deleted_at?);
        (now < until).then_some(DeletedTenant {
            slug: row.slug,
            name: row.name,
            by: row.deleted_by.unwrap_or_default(),
            until,
        })
    });
    Ok(deleted.collect())
}

/// Brings a tenant back that the person owned when it was deleted.
///
/// # Errors
/// [`BringBackError::NoTenant`] also for everybody else.
pub async fn bring_back(
    services: &Services,
    signed_in: SignedIn,
    slug: &Slug,
    address: Option<IpAddr>,
) -> Result<(), BringBackError> {
    let missing = || BringBackError::NoTenant(slug.clone());
    let tenant = named(services, slug).await?.ok_or_else(missing)?;
    let owned = membership::deleted_and_owned(services, signed_in.person()).await?;
    let who = membership::person(services, signed_in).await?;
    let who = who
        .filter(|_| signed_in.is_own_way() && owned.contains(&tenant.id))
        .ok_or_else(missing)?;
    let who = Who::Person {
        id: who.id,
        name: who.name,
        email: who.email,
    };
    let role = domain::role::Role::Owner;
    let actor = Actor::new(services, tenant.clone(), who, role, None.into()).at(address);
    // One rule for what an owner may, though only owners come here.
    actor
        .require(Permission::ManageTenant)
        .map_err(|_| missing())?;
    let entry = Entry::of(&actor, Action::TenantBroughtBack, Target::tenant());
    unmark(actor.scope(), &tenant, entry).await
}

/// Brings a tenant back, for whoever runs the installation.
///
/// # Errors
/// [`BringBackError`].
pub async fn bring_back_on_command_line(
    services: &Services,
    slug: &Slug,
) -> Result<(), BringBackError> {
    let tenant = named(services, slug).await?;
    let tenant = tenant.ok_or_else(|| BringBackError::NoTenant(slug.clone()))?;
    let scope = TenantScope::new(services, tenant.id);
    let entry = Entry::new(By::CommandLine, Action::TenantBroughtBack, Target::tenant());
    unmark(&scope, &tenant, entry).await
}

async fn unmark(
    scope: &TenantScope,
    tenant: &tenant::Model,
    entry: Entry,
) -> Result<(), BringBackError> {
    let tx = scope.write().await?;
    // What is too old is being erased, perhaps by another process.
    let oldest = scope.expiry_now().minus(super::HELD_FOR);
    let unmarked = tenant::Entity::update_many()
        .filter(tenant::Column::Id.eq(tx.tenant()))
        .filter(tenant::Column::DeletedAt.gt(oldest))
        .filter(tenant::Column::RemovedAt.is_null())
        .col_expr(
            tenant::Column::DeletedAt,
            Expr::value(Option::<Timestamp>::None),
        )
        .col_expr(
            tenant::Column::DeletedBy,
            Expr::value(Option::<String>::None),
        )
        .exec(&*tx)
        .await?;
    if unmarked.rows_affected == 0 {
        return Err(BringBackError::NoTenant(tenant.slug.clone()));
    }
    wake(&tx, scope.now()).await?;
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(tenant.slug = %tenant.slug, "a tenant was brought back");
    Ok(())
}
