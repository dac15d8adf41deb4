//! Rows of `reconnect_links`.

use super::prelude::*;
use domain::customer::Language;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconnect_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkId,
    pub tenant_id: TenantId,
    pub app_id: AppId,
    pub connection_id: ConnectionId,
    pub subdomain: Subdomain,
    pub token_hash: Vec<u8>,
    pub created_by: String,
    pub email: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub opened_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub approved_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub language: Option<Language>,
    /// When the link itself was approved with.
    pub used_at: Option<Timestamp>,
    /// Who did it, if Gorgias gave the name.
    pub used_by: Option<String>,
}

entity!(of tenant);
