//! Rows of `installation`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "installation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub role: Option<String>,
    pub database_oid: Option<i64>,
    pub head_log_data_key_id: Option<DataKeyId>,
    pub head_log_key_nonce: Option<Vec<u8>>,
    pub head_log_key: Option<Vec<u8>>,
}

entity!();
