//! Rows of `passkeys`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    pub person_id: PersonId,
    /// What the authenticator calls it.
    pub credential_id: Vec<u8>,
    /// The public key and what else was told when it was added, as JSON.
    pub credential: String,
    /// How often it was used, as it counts itself; 0 if it doesn't.
    pub counter: i64,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

entity!();
