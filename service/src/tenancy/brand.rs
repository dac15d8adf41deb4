//! The brand of a tenant, as its customers see it.

use super::Tx;
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{brand, tenant},
};
use domain::zone::Zone;
use sea_orm::{EntityTrait, QuerySelect};

/// The brand of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantBrand {
    /// The tenant's name.
    pub name: String,
    /// Whom to ask.
    pub contact: Option<String>,
    /// What names its files, if it has any: new at each change.
    pub file_name: Option<String>,
    /// Whether one of the files is a logo.
    pub has_logo: bool,
    /// The zone in which times are written.
    pub zone: Zone,
}

impl TenantBrand {
    /// A name without a brand.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

/// What a page needs to know of a row; not the logo itself.
type Row = (String, Option<String>, Option<String>);

/// The brand of the transaction's tenant.
pub(crate) async fn of(tx: &Tx) -> Result<TenantBrand, InternalError> {
    let tenant = tenant::Entity::find_by_id(tx.tenant())
        .row::<tenant::Model>(&**tx)
        .await?
        .ok_or_else(|| InternalError::inconsistent("tenants", "id", tx.tenant()))?;
    of_row(tx, &tenant).await
}

/// The brand of the transaction's tenant, whose row was read.
pub(crate) async fn of_row(tx: &Tx, tenant: &tenant::Model) -> Result<TenantBrand, InternalError> {
    let row: Option<Row> = tx
        .all::<brand::Entity>()
        .select_only()
        .columns([
            brand::Column::FileName,
            brand::Column::Contact,
            brand::Column::LogoType,
        ])
        .into_tuple()
        .one(&**tx)
        .await?;
    let (file_name, contact, logo_type) = match row {
        Some((file_name, contact, logo_type)) => (Some(file_name), contact, logo_type),
        None => (None, None, None),
    };
    Ok(TenantBrand {
        name: tenant.name.clone(),
        zone: tenant.zone,
        contact,
        file_name,
        has_logo: logo_type.is_some(),
    })
}
