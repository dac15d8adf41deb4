//! Rows of `password_resets`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_resets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    pub person_id: PersonId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

entity!();
