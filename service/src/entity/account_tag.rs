//! Rows of `account_tags`.

use super::prelude::*;
use domain::customer::Tag;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_tags")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subdomain: Subdomain,
    /// The tag in small letters.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag_key: String,
    /// The tag as it was typed.
    pub tag: Tag,
    /// Health, time and snooze of its account; triggers keep them.
    pub health: Health,
    pub health_since: Timestamp,
    pub snoozed: bool,
}

entity!(of tenant);
