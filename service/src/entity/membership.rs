//! Rows of `memberships`.

use super::prelude::*;
use domain::account_columns::Columns;

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
    /// The columns of the accounts list that this person chose for themselves.
    pub columns: Option<Columns>,
}

entity!(of tenant);
