//! Rows of `credentials`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub struct Model {
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: String,
    pub data_key_id: DataKeyId,
    pub format: i16,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub updated_at: Timestamp,
    /// Since when it is known to be unreadable; sealing it again ends that.
    pub set_aside_at: Option<Timestamp>,
}

entity!(of tenant);
