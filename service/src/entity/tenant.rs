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
    /// Since when the row alone is left of it, for its audit.
    pub removed_at: Option<Timestamp>,
    /// What its slug was until then.
    pub former_slug: Option<Slug>,
}

entity!();
