//! Rows of `authorizations`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authorizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub app_id: Uuid,
    pub subdomain: String,
    pub state_hash: Vec<u8>,
    pub browser_hash: Vec<u8>,
    pub origin: String,
    pub person_id: Option<Uuid>,
    pub link_id: Option<Uuid>,
    pub requested_scopes: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub consumed_at: Option<i64>,
    pub outcome: Option<String>,
    pub network: Option<String>,
    pub approved: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::entity::Owned for Entity {
    const TENANT: Column = Column::TenantId;
}
