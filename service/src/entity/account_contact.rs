//! Rows of `account_contacts`.

use super::prelude::*;
use domain::customer::Language;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_contacts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContactId,
    pub tenant_id: TenantId,
    pub subdomain: Subdomain,
    /// In which order they stand.
    pub place: i32,
    pub email: String,
    pub name: Option<String>,
    pub language: Option<Language>,
}

entity!(of tenant);
