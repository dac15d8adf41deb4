//! Rows of `people`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "people")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub created_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    /// Whose single sign-on brought this person. They have no password, and
    /// their `email` is no address.
    pub sso_tenant_id: Option<TenantId>,
    /// The address that the provider gave.
    pub contact_email: Option<String>,
}

impl Model {
    /// The address that is shown. It finds nobody: two people may have the same one.
    pub fn shown_email(&self) -> String {
        self.contact_email.as_ref().unwrap_or(&self.email).clone()
    }
}

entity!();
