//! Rows of `sso_identities`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sso_identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub person_id: PersonId,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// Since when an owner doesn't let it in any more.
    pub barred_at: Option<Timestamp>,
}

entity!(of tenant);
