//! Rows of `api_token_addresses`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token_addresses")]
pub struct Model {
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: ApiTokenId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub network: String,
    pub first_seen_at: Timestamp,
    pub last_seen_at: Timestamp,
}

entity!(of tenant);
