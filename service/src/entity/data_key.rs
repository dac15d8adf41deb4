//! Rows of `data_keys`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataKeyId,
    pub tenant_id: Option<TenantId>,
    pub master_key_id: String,
    pub nonce: Vec<u8>,
    pub wrapped: Vec<u8>,
    pub encryptions: i64,
    pub created_at: Timestamp,
    pub retired_at: Option<Timestamp>,
}

entity!();
