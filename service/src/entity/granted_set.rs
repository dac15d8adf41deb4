//! Rows of `granted_sets`. Triggers write them.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "granted_sets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantedSetId,
    pub tenant_id: TenantId,
    pub app_id: AppId,
    pub basis: BasisCode,
    pub granted: ScopeSet,
}

entity!(of tenant);

codes! {
    /// What is known of the scopes.
    BasisCode {
        Told = "told",
        Unknown = "unknown",
        Gone = "gone",
    }
}
