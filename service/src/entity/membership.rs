//! Rows of `memberships`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    pub role: Role,
    pub apps: AppLimit,
    pub created_at: Timestamp,
}

entity!(of tenant);
