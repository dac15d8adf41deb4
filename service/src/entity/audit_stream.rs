//! Rows of `audit_stream`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_stream")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub holder: Option<Uuid>,
    pub held_until: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub failure: Option<String>,
}

entity!();
