//! What comes to the redirect URI, and why it may end there.

use crate::core::error::InternalError;
use domain::error::AuthorizationProblem;
use secrecy::SecretString;
use std::net::IpAddr;

/// What the browser brought to the redirect URI; each parameter exactly once.
#[derive(Debug)]
pub struct Callback {
    /// `state`.
    pub state: SecretString,
    /// `code`, or the `error` that came in its place (RFC 6749 4.1.2.1).
    pub answer: Result<SecretString, String>,
    /// `iss` (RFC 9207 2).
    pub iss: Option<String>,
    /// The cookie that belongs to the state.
    pub sealed: Option<SecretString>,
    /// The secret of the browser, which may see the result.
    pub browser: SecretString,
    /// Where the browser is, for the audit and for counting.
    pub address: Option<IpAddr>,
}

/// Why a callback ended without a result that could be shown again.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// A person is told so; there is no stored result.
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
