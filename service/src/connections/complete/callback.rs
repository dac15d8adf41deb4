//! The parameters of a callback, and the errors that it may end with.

use crate::core::error::InternalError;
use domain::error::AuthorizationProblem;
use secrecy::SecretString;
use std::net::IpAddr;

/// The parameters at the redirect URI; each occurs exactly once.
#[derive(Debug)]
pub struct Callback {
    /// `state`.
    pub state: SecretString,
    /// `code`, or an `error` in its place (RFC 6749 4.1.2.1).
    pub answer: Result<SecretString, String>,
    /// `iss` (RFC 9207 2).
    pub iss: Option<String>,
    /// The cookie that belongs to the state.
    pub sealed: Option<SecretString>,
    /// The secret of the browser, which may see the result.
    pub browser: SecretString,
    /// The browser's address, for the audit and for counting.
    pub address: Option<IpAddr>,
}

/// Why a callback ended without a stored result.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// The person is told this problem; there is no stored result.
    #[error("the callback was refused: {}", .0.code())]
    Refused(AuthorizationProblem),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for CallbackError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<AuthorizationProblem> for CallbackError {
    fn from(problem: AuthorizationProblem) -> Self {
        Self::Refused(problem)
    }
}
