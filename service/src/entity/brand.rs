//! Rows of `brands`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "brands")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// The name of its style sheet and logo in addresses; new at each change.
    pub file_name: String,
    pub color_light: Option<String>,
    pub color_dark: Option<String>,
    pub contact: Option<String>,
    pub logo_type: Option<String>,
    pub logo: Option<Vec<u8>>,
    pub saved_at: Timestamp,
}

entity!(of tenant);
