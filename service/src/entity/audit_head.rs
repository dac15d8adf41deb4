//! Rows of `audit_heads`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_heads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub first: i64,
    pub first_mac: Vec<u8>,
    pub count: i64,
    pub last_mac: Vec<u8>,
    pub seal: Vec<u8>,
}

entity!(of tenant);
