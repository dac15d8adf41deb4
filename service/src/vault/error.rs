//! Why a secret could not be kept or read. Never holds a part of one.

use super::Purpose;
use domain::ids::DataKeyId;
use uuid::Uuid;

/// A secret could not be sealed or opened, or the keys don't fit the database.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A tenant's secret asks for a data key that is not there.
    #[error(
        "data key {data_key} is missing from data_keys; restore the database as a whole from a backup"
    )]
    NoKey {
        /// The key that a row names.
        data_key: DataKeyId,
    },
    /// A master key with the right id does not open the data key.
    #[error(
        "master key “{master_key}” does not open data key {data_key}: its value in MOORING_MASTER_KEYS is not the one the key was sealed with, or the row in data_keys was changed; put the original value back, `mooring keys generate` makes keys for new installations only"
    )]
    BadKey {
        /// The data key.
        data_key: DataKeyId,
        /// The id of the master key.
        master_key: String,
    },
    /// A data key is wrapped by a master key that the settings don't have.
    #[error(
        "data key {data_key} is sealed with master key “{master_key}”, which MOORING_MASTER_KEYS does not have; add it again, behind the newer keys"
    )]
    UnknownKey {
        /// The data key.
        data_key: DataKeyId,
        /// The id of the master key.
        master_key: String,
    },
    /// A credential was changed, cut, moved, or never sealed by us.
    #[error(
        "the {purpose} of {owner} can't be read: its row in credentials was changed or moved; enter or authorize it again"
    )]
    Unreadable {
        /// The app or connection.
        owner: Uuid,
        /// Which of its secrets.
        purpose: Purpose,
    },
    /// As [`VaultError::Unreadable`], found without knowing what the record is for.
    #[error(
        "the {purpose} of {owner} can't be read: its row in credentials was changed or moved; enter or authorize it again"
    )]
    UnreadableRecord {
        /// The app or connection.
        owner: Uuid,
        /// The code of what it is for.
        purpose: String,
    },
    /// The cipher refused to encrypt (only for texts of many gigabytes).
    #[error("a secret could not be encrypted")]
    NotSealed,
    /// The database did not do what it was asked.
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
}
