//! Failures that are nobody's mistake: the reader sees one sentence, the log the rest.

use crate::{core::database::errors, encryption::VaultError};
use std::{borrow::Cow, convert::Infallible};

/// Something inside Mooring failed. Never shown in detail to anybody outside.
#[derive(Debug, thiserror::Error)]
pub enum InternalError {
    /// The database did not do what it was asked.
    #[error("the database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A row says something that can't be.
    #[error("inconsistent row in {table}.{column}, id {id}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// A password could not be hashed, or a stored hash is none.
    #[error("a password could not be hashed or checked")]
    Password,
    /// The chain of the audit can't go on from where it is.
    #[error(
        "the head of the audit was changed or removed, so nothing can be recorded; `mooring audit verify` says more, and a backup helps"
    )]
    AuditDamaged,
    /// The disk failed beneath the journal.
    #[error("the journal in MOORING_DATA_DIR failed: {0}")]
    Journal(std::io::Error),
    /// Work that this was waiting for failed; the log has why beside it.
    #[error("work that this was waiting for failed")]
    Awaited,
    /// Work that this was waiting for failed, since the database isn't available.
    #[error("the database isn't available, so work that this was waiting for failed")]
    DatabaseUnavailable,
    /// Work on another thread ended badly.
    #[error("background work failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Of what can't fail.
impl From<Infallible> for InternalError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl InternalError {
    /// Whether the database isn't available just now: it is away, only reads, or
    /// somebody else holds it. The same may work in a moment.
    pub fn database_unavailable(&self) -> bool {
        match self {
            Self::Database(error) | Self::Vault(VaultError::Database(error)) => {
                errors::passes(error)
            }
            Self::DatabaseUnavailable => true,
            _ => false,
        }
    }

    /// For those who waited for what failed with this.
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

/// What is wrong with one field of a form, a query or a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; of an unknown field, as it was sent.
    pub field: Cow<'static, str>,
    /// A sentence that names the remedy.
    pub message: String,
}

impl FieldError {
    /// What is wrong with the input of this name.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}
