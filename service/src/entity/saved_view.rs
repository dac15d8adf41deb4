//! Rows of `saved_views`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_views")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavedViewId,
    pub tenant_id: TenantId,
    pub name: String,
    /// The same for names that differ in large and small letters alone.
    pub name_key: String,
    /// Conditions, order and columns, as JSON.
    pub query: String,
    pub created_by: PersonId,
    /// Their name when they made it.
    pub created_by_name: String,
    pub created_at: Timestamp,
}

entity!(of tenant);
