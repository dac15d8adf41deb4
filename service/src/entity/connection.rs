//! Rows of `connections`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionId,
    pub tenant_id: TenantId,
    pub app_id: AppId,
    pub subdomain: Subdomain,
    pub standing: StandingCode,
    pub loss_cause: Option<LossCode>,
    pub standing_since: Option<Timestamp>,
    pub disconnected_by: Option<String>,
    pub renewable: bool,
    pub granted_scopes: ScopeSet,
    pub missing_scopes: i32,
    pub approved_by_name: Option<String>,
    pub approved_by_email: Option<String>,
    pub access_expires_at: Option<Timestamp>,
    #[sea_orm(column_name = "last_fine_at")]
    pub last_success_at: Option<Timestamp>,
    pub last_attempt_at: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub failures: i32,
    pub failure: Option<String>,
    pub overdue_at: Option<Timestamp>,
    pub health: Health,
    pub health_since: Timestamp,
    #[sea_orm(column_name = "strip")]
    pub history: String,
    #[sea_orm(column_name = "strip_day")]
    pub history_day: i64,
    pub due_at: Option<Timestamp>,
    pub lease_until: Timestamp,
    pub lease_fence: i64,
    pub token_version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub queued_expiry: Option<Timestamp>,
    /// Kinds of a later version are read as unknown.
    pub failure_kind: Option<String>,
    pub refused_since: Option<Timestamp>,
    pub scopes_unknown: bool,
    /// When its tokens came from a backup.
    pub restored_at: Option<Timestamp>,
}

entity!(of tenant);

codes! {
    /// What we hold for it. Other columns give the details.
    StandingCode {
        NotConnected = "not_connected",
        Connected = "connected",
        Lost = "lost",
    }
    /// How Gorgias told us that access is gone. It doesn't name a backup, so
    /// that processes of the previous version can read it.
    LossCode {
        Refused = "refused",
        Unauthorized = "unauthorized",
    }
}
