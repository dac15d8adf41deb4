//! Rows of `head_log`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "head_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub at: Timestamp,
    pub whole: bool,
    pub heads: Vec<u8>,
    pub mac: Vec<u8>,
}

entity!();
