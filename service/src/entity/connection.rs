//! Rows of `connections`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub app_id: Uuid,
    pub subdomain: String,
    pub standing: String,
    pub loss_cause: Option<String>,
    pub standing_since: Option<i64>,
    pub disconnected_by: Option<String>,
    pub renewable: bool,
    pub granted_scopes: String,
    pub missing_scopes: i32,
    pub approved_by_name: Option<String>,
    pub approved_by_email: Option<String>,
    pub access_expires_at: Option<i64>,
    #[sea_orm(column_name = "last_fine_at")]
    pub last_success_at: Option<i64>,
    pub last_attempt_at: Option<i64>,
    pub failing_since: Option<i64>,
    pub failures: i32,
    pub failure: Option<String>,
    pub overdue_at: Option<i64>,
    pub health: String,
    pub health_since: i64,
    #[sea_orm(column_name = "strip")]
    pub history: String,
    #[sea_orm(column_name = "strip_day")]
    pub history_day: i64,
    pub due_at: Option<i64>,
    pub lease_until: i64,
    pub lease_fence: i64,
    pub token_version: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub queued_expiry: Option<i64>,
    pub failure_kind: Option<String>,
    pub refused_since: Option<i64>,
    pub scopes_unknown: bool,
    /// When its tokens came from a backup.
    pub restored_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::entity::Owned for Entity {
    const TENANT: Column = Column::TenantId;
}
