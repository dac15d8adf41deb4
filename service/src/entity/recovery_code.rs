//! Rows of `recovery_codes`: those that were not used yet.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The same for all codes that were made together.
    pub salt: Vec<u8>,
    pub created_at: Timestamp,
}

entity!();
