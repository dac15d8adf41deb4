//! Rows of `api_tokens`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiTokenId,
    pub tenant_id: TenantId,
    pub app_id: Option<AppId>,
    pub name: String,
    pub role: Role,
    pub prefix: String,
    pub token_hash: Vec<u8>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// Separated by commas; any network if NULL.
    pub networks: Option<String>,
    /// The usual rate if NULL.
    pub rate_per_second: Option<i32>,
    pub rate_burst: Option<i32>,
    pub rotated_at: Option<Timestamp>,
    pub old_prefix: Option<String>,
    /// Of the secret that the last rotation replaced.
    pub old_token_hash: Option<Vec<u8>>,
    pub old_works_until: Option<Timestamp>,
}

entity!(of tenant);
