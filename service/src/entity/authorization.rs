//! Rows of `authorizations`.

use super::prelude::*;
use domain::customer::Language;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authorizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuthorizationId,
    pub tenant_id: TenantId,
    pub app_id: AppId,
    pub subdomain: Subdomain,
    pub state_hash: Vec<u8>,
    pub browser_hash: Vec<u8>,
    pub origin: String,
    pub person_id: Option<PersonId>,
    pub link_id: Option<LinkId>,
    pub requested_scopes: ScopeSet,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub consumed_at: Option<Timestamp>,
    pub outcome: Option<String>,
    pub network: Option<String>,
    pub approved: bool,
    pub language: Option<Language>,
}

entity!(of tenant);
