//! Rows of `tenants`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TenantId,
    pub slug: Slug,
    pub name: String,
    pub created_at: Timestamp,
    /// Since when only its row is left, for its audit.
    pub removed_at: Option<Timestamp>,
    /// The slug that it had until then.
    pub former_slug: Option<Slug>,
}

entity!();
