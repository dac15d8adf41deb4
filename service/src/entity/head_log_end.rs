//! Rows of `head_log_end`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "head_log_end")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub first: i64,
    pub first_mac: Vec<u8>,
    pub count: i64,
    pub last_mac: Vec<u8>,
    pub at: Timestamp,
    pub seal: Vec<u8>,
}

entity!();
