//! Rows of `audit_removals`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_removals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: TenantId,
    pub at: Timestamp,
    pub what: String,
    pub entries: i64,
    pub through: i64,
    pub login: Option<String>,
}

entity!(of tenant);
