//! Why a secret could not be sealed or opened. Never holds a part of one.

use super::{Purpose, key_service::KeyServiceError};
use domain::ids::DataKeyId;
use uuid::Uuid;

/// A secret could not be sealed or opened, or the keys don't fit the database.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A tenant's secret needs a data key that is missing.
    #[error(
        "data key {data_key} is missing from data_keys; keep the database as it is, and put that row back from a backup of it"
    )]
    NoKey {
        /// The key that a row names.
        data_key: DataKeyId,
    },
    /// A master key with the right id does not open the data key.
    #[error("master key “{master_key}” does not open data key {data_key}: {}", not_opened(.master_key))]
    BadKey {
        /// The data key.
        data_key: DataKeyId,
        /// The id of the master key.
        master_key: String,
    },
    /// A data key is wrapped by a master key that the settings don't have.
    #[error(
        "data key {data_key} is sealed with master key “{master_key}”, which {} does not have; {}", whose(.master_key), add_again(.master_key)
    )]
    UnknownKey {
        /// The data key.
        data_key: DataKeyId,
        /// The id of the master key.
        master_key: String,
    },
    /// A credential was changed, cut, moved, or not sealed by Mooring.
    #[error(
        "the {purpose} of {owner} can't be read: its row in credentials was changed or moved; put the row back from a backup, or enter or authorize it again"
    )]
    Unreadable {
        /// The app or connection.
        owner: Uuid,
        /// The kind of secret.
        purpose: Purpose,
    },
    /// As [`VaultError::Unreadable`], found without knowing the kind of secret.
    #[error(
        "the {purpose} of {owner} can't be read: its row in credentials was changed or moved; put the row back from a backup, or enter or authorize it again"
    )]
    UnreadableRecord {
        /// The app or connection.
        owner: Uuid,
        /// The code of its purpose.
        purpose: String,
    },
    /// A key service could not be asked, or failed.
    #[error("{}", match data_key {
        Some(key) => format!("data key {key}: {error}"),
        None => error.to_string(),
    })]
    KeyService {
        /// The data key, if it was about one.
        data_key: Option<DataKeyId>,
        /// What is wrong.
        error: KeyServiceError,
    },
    /// The cipher refused to encrypt (only for texts of many gigabytes).
    #[error("a secret could not be encrypted")]
    NotSealed,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
}

impl VaultError {
    /// Whether the secret itself is unreadable. Otherwise the database or a key
    /// service failed, and the secret may be readable later.
    pub const fn is_lost(&self) -> bool {
        match self {
            Self::NoKey { .. }
            | Self::BadKey { .. }
            | Self::UnknownKey { .. }
            | Self::Unreadable { .. }
            | Self::UnreadableRecord { .. } => true,
            Self::KeyService { .. } | Self::NotSealed | Self::Database(_) => false,
        }
    }

    /// Whether a key service failed, probably for a short time.
    pub const fn key_service_passes(&self) -> bool {
        match self {
            Self::KeyService {
                error: KeyServiceError::Trouble { trouble, .. },
                ..
            } => trouble.passes(),
            _ => false,
        }
    }
}

/// Names of key services' keys contain a colon, those of the settings never do.
fn is_remote(master_key: &str) -> bool {
    master_key.contains(':')
}

fn not_opened(master_key: &str) -> &'static str {
    if is_remote(master_key) {
        "the key service has another key under that name than the one it was sealed with, or the row in data_keys was changed; restore the key from the service's backup, or the row from the database's"
    } else {
        "its value in MOORING_MASTER_KEYS is not the one the key was sealed with, or the row in data_keys was changed; put the original value back, `mooring keys generate` makes keys for new installations only"
    }
}

fn whose(master_key: &str) -> &'static str {
    if is_remote(master_key) {
        "the key service of the settings"
    } else {
        "MOORING_MASTER_KEYS"
    }
}

fn add_again(master_key: &str) -> &'static str {
    if is_remote(master_key) {
        "set MOORING_KEY_SERVICE_URL and MOORING_KEY_SERVICE_KEY to it again; with MOORING_KEY_SERVICE_USE=unwrap it wraps nothing new"
    } else {
        "add it again, behind the newer keys"
    }
}
