//! Encryption without a database: AES-256-GCM, master keys, key services.

mod error;
pub mod key_service;
mod keyring;
mod master;
mod purpose;
pub(crate) mod seal;
#[cfg(feature = "transit")]
pub mod transit;

pub use error::VaultError;
pub(crate) use keyring::Keyring;
pub use master::{MasterKeys, MasterKeysError};
pub use purpose::Purpose;
