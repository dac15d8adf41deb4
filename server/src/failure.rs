//! Internal failures: the client gets one constant sentence, the log has the rest.

use crate::{
    middleware::{database_unavailable, explanation::Explanation},
    redirect::see_other,
    sentences::SENTENCE,
};
use app::address::Address;
use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use gorgias::template::TemplateError;
use service::InternalError;
use tokio::task::JoinError;

/// Something inside failed while a request was answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A use case failed.
    #[error(transparent)]
    Internal(#[from] InternalError),
    /// The session store failed.
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
    /// The session ended while the request was answered.
    #[error("the session ended meanwhile")]
    SessionEnded,
    /// The template of Gorgias' address and an account don't make an address.
    #[error(transparent)]
    Address(#[from] TemplateError),
    /// The outcome of a form could not be serialized.
    #[error("an outcome could not be written down: {0}")]
    Outcome(#[from] serde_json::Error),
    /// A task panicked; the panic itself is already in the log.
    #[error("work ended badly")]
    Task(#[from] JoinError),
}

/// Signing in is refused for a moment, so that it stays possible.
const BUSY: Explanation = Explanation {
    code: "busy",
    title: "Too many sign-ins at once",
    explanation: "Mooring checks a few passwords at a time. Nothing was done.",
    remedy: "Try again in a few seconds.",
};

impl Failure {
    /// Whether the same request may work in a moment.
    pub fn database_unavailable(&self) -> bool {
        match self {
            Self::Internal(fault) => fault.database_unavailable(),
            // The error holds only a text; the session store has noted the cause.
            Self::Session(_) => database_unavailable::was_met(),
            Self::SessionEnded | Self::Address(_) | Self::Outcome(_) | Self::Task(_) => false,
        }
    }

    /// Writes one line to the log, where the failure becomes an answer.
    pub fn log(&self) {
        tracing::error!(error = %self, "a request failed");
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Self::SessionEnded = self {
            return see_other(Address::SIGN_IN.0);
        }
        self.log();
        if self.database_unavailable() {
            return database_unavailable::answer();
        }
        if let Self::Internal(InternalError::TooManyPasswords) = self {
            let mut response = BUSY.response(StatusCode::SERVICE_UNAVAILABLE);
            let wait = HeaderValue::from_static("5");
            response.headers_mut().insert(RETRY_AFTER, wait);
            return response;
        }
        (StatusCode::INTERNAL_SERVER_ERROR, SENTENCE).into_response()
    }
}
