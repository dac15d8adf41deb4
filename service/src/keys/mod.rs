//! Key management: the state of keys, and re-encryption under new ones.

pub(crate) mod reencrypt;
pub mod rotate;
pub mod status;
pub(crate) mod tenant_keys;

pub use reencrypt::{Begun, Step};
pub use tenant_keys::{DataKeyStatus, TenantKeys, UnreadableRecord};

use crate::core::error::{Forbidden, InternalError};
use domain::slug::Slug;

/// Why nothing was shown or begun.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No tenant has that short name.
    #[error("there is no tenant “{0}”; check the short name given with --tenant")]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for KeysError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}
