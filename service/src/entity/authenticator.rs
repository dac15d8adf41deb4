//! Rows of `authenticators`.

use super::prelude::*;
use domain::totp::Step;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authenticators")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    pub data_key_id: DataKeyId,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub since: Timestamp,
    /// The step of the last code that was used.
    pub last_step: Step,
    pub last_used_at: Option<Timestamp>,
}

entity!();
