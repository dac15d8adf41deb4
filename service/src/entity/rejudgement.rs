//! Rows of `rejudgements`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rejudgements")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    pub tenant_id: TenantId,
    /// How many connections there were when it began.
    pub total: i64,
    /// How many of them were looked at.
    pub done: i64,
    /// The set of scopes, and the last account in it, that were looked at.
    pub set_id: Option<GrantedSetId>,
    pub subdomain: Option<Subdomain>,
    pub began_at: Timestamp,
    pub due_at: Timestamp,
}

entity!(of tenant);
