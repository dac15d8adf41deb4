//! Rows of `form_results`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_results")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_hash: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub page: String,
    pub location: Option<String>,
    pub outcome: Option<String>,
    pub secret: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub shown_until: Timestamp,
    pub expires_at: Timestamp,
}

entity!();
