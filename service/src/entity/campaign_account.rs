//! Rows of `campaign_accounts`.

use super::prelude::*;
use domain::campaign::Stage;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_accounts")]
pub struct Model {
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subdomain: Subdomain,
    pub connection_id: ConnectionId,
    pub stage: Stage,
    /// Its newest link, and to whom that went.
    pub link_id: Option<LinkId>,
    pub email: Option<String>,
    pub sent_at: Option<Timestamp>,
    pub reminded_at: Option<Timestamp>,
}

entity!(of tenant);
