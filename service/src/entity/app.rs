//! Rows of `apps`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub slug: String,
    pub name: String,
    pub client_id: String,
    pub requested_scopes: String,
    pub after_install_url: Option<String>,
    pub basic_encoding: String,
    pub pkce: bool,
    pub fault_since: Option<i64>,
    pub probe_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    pub next_secret_added_at: Option<i64>,
    pub next_secret_added_by: Option<String>,
    pub next_secret_tested_at: Option<i64>,
    pub next_secret_result: Option<String>,
    pub previous_secret_until: Option<i64>,
    pub refused_in_a_row: i32,
    pub refused_since: Option<i64>,
    pub fault_by_refusals: bool,
    pub refusals_accepted_until: Option<i64>,
    pub exchange_refused_at: Option<i64>,
    pub exchange_refused_by: Option<String>,
    pub client_refused_at: Option<i64>,
    pub client_refused_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::entity::Owned for Entity {
    const TENANT: Column = Column::TenantId;
}
