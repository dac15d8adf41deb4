//! All tenants, for the command line.

use super::deletion::held_until;
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::tenant,
};
use domain::{slug::Slug, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Its short name.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be brought back, if it is deleted.
    pub held_until: Option<Timestamp>,
}

/// All tenants, by short name.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn list(services: &Services) -> Result<Vec<TenantRow>, InternalError> {
    // Without a tenant's scope: whoever runs a command has the database anyway.
    let rows: Vec<tenant::Model> = tenant::Entity::find()
        .filter(tenant::Column::RemovedAt.is_null())
        .order_by_asc(tenant::Column::Slug)
        .readable(services.db.read(), "the list of tenants")
        .await?;
    let row = |row: tenant::Model| TenantRow {
        slug: row.slug,
        name: row.name,
        created_at: row.created_at,
        held_until: row.deleted_at.map(held_until),
    };
    Ok(rows.into_iter().map(row).collect())
}
