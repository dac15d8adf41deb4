//! Rows of `connection_grants`. Triggers write them.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection_grants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: ConnectionId,
    pub tenant_id: TenantId,
    pub app_id: AppId,
    pub set_id: GrantedSetId,
    pub subdomain: Subdomain,
    /// Health and time of the connection, as they are stored there.
    pub health: Health,
    pub health_since: Timestamp,
}

entity!(of tenant);
