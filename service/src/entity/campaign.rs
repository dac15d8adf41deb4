//! Rows of `campaigns`.

use super::prelude::*;
use domain::campaign::Audience;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaigns")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignId,
    pub tenant_id: TenantId,
    pub app_id: AppId,
    pub name: String,
    pub audience: Audience,
    /// The sender's own words in the mails.
    pub message: Option<String>,
    pub created_by: String,
    /// Where answers to its mails go.
    pub answers_to: Option<String>,
    pub created_at: Timestamp,
    pub link_life: Span,
    pub remind_at: Option<Timestamp>,
    pub ends_at: Timestamp,
    pub paused_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The last account that was looked at for it.
    pub walked_to: Option<Subdomain>,
    /// When all accounts were looked at.
    pub walked_at: Option<Timestamp>,
    /// When the worker looks at it again.
    pub next_at: Timestamp,
}

entity!(of tenant);
