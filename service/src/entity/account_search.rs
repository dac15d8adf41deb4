//! Rows of `account_search`: what a search finds an account by. Triggers write them.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_search")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subdomain: Subdomain,
    /// The subdomain and who approved, a line each.
    pub open_words: String,
    /// What is known of the customer, a line each.
    pub customer_words: String,
}

entity!(of tenant);
