//! Rows of `events`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    pub tenant_id: TenantId,
    pub connection_id: ConnectionId,
    pub kind: String,
    pub actor: String,
    pub details: String,
    pub at: Timestamp,
    /// The database sets it on insert.
    pub seq: Option<i64>,
}

entity!(of tenant);
