//! Rows of `audit_entries`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub format: i16,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub target: String,
    pub outcome: String,
    pub detail: String,
    pub repeats: i64,
    pub once: Option<String>,
    pub actor_name: Option<String>,
    pub actor_email: Option<String>,
    pub address: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub personal: Vec<u8>,
    pub erasure: Option<Vec<u8>>,
    pub mac: Vec<u8>,
}

entity!(of tenant);
