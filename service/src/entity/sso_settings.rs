//! Rows of `sso_settings`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sso_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    pub issuer: String,
    pub client_id: String,
    pub groups_claim: String,
    /// The domain that addresses must have, if any.
    pub email_domain: Option<String>,
    pub roles: GroupRoles,
    pub others: Option<Role>,
    pub only_way: bool,
    pub changed_at: Timestamp,
}

entity!(of tenant);
