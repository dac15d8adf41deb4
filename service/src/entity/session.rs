//! Rows of `sessions`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id_hash: Vec<u8>,
    pub person_id: Option<PersonId>,
    /// The one tenant that it opens, if it came by single sign-on.
    pub sso_tenant_id: Option<TenantId>,
    pub data: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

entity!();
