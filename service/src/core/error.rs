//! Errors that no caller caused: the reader sees one sentence, the log has the rest.

use crate::{core::database::errors, encryption::VaultError};
use std::{borrow::Cow, convert::Infallible};

/// An error inside Mooring. Its details are never shown outside.
#[derive(Debug, thiserror::Error)]
pub enum InternalError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A row holds an impossible value.
    #[error("inconsistent row in {table}.{column}, id {id}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// A password could not be hashed, or a stored hash is invalid.
    #[error("a password could not be hashed or checked")]
    Password,
    /// A passkey could not be written as JSON.
    #[error("a passkey or its challenge could not be written as JSON")]
    Passkey,
    /// Too many passwords are being checked at this moment.
    #[error("too many passwords are being checked at once")]
    TooManyPasswords,
    /// The list of breached passwords can't be read.
    #[error("the list in MOORING_BREACHED_PASSWORDS can't be read: {0}")]
    BreachedPasswords(std::io::Error),
    /// The audit's chain is damaged, so nothing can be added.
    #[error(
        "the head of the audit was changed or removed, so nothing can be recorded; `mooring audit verify` says more, and a backup helps"
    )]
    AuditDamaged,
    /// The disk failed under the journal.
    #[error("the journal in MOORING_DATA_DIR failed: {0}")]
    Journal(std::io::Error),
    /// Work that this waited for failed; the log has the reason.
    #[error("work that this was waiting for failed")]
    Awaited,
    /// Work that this waited for failed, since the database isn't available.
    #[error("the database isn't available, so work that this was waiting for failed")]
    DatabaseUnavailable,
    /// A task panicked or was cancelled.
    #[error("background work failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// For operations that can't fail.
impl From<Infallible> for InternalError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl InternalError {
    /// Whether the database isn't available just now: it is down, read-only, or
    /// locked by another process. The same call may work in a moment.
    pub fn database_unavailable(&self) -> bool {
        match self {
            Self::Database(error) | Self::Vault(VaultError::Database(error)) => {
                errors::passes(error)
            }
            Self::DatabaseUnavailable => true,
            _ => false,
        }
    }

    /// The error for callers that waited for the failed work.
    pub(crate) fn for_others(&self) -> Self {
        match self {
            Self::Inconsistent { table, column, id } => Self::inconsistent(table, column, id),
            other if other.database_unavailable() => Self::DatabaseUnavailable,
            _ => Self::Awaited,
        }
    }

    /// An inconsistent value in a row.
    pub(crate) fn inconsistent(
        table: &'static str,
        column: &'static str,
        id: impl ToString,
    ) -> Self {
        Self::Inconsistent {
            table,
            column,
            id: id.to_string(),
        }
    }
}

/// The role doesn't allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("your role doesn't allow this; ask an owner of the tenant")]
pub struct Forbidden;

/// An error in one field of a form, a query or a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; for an unknown field, as it was sent.
    pub field: Cow<'static, str>,
    /// A sentence that names the remedy.
    pub message: String,
}

impl FieldError {
    /// An error in the field of this name.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}
