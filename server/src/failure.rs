//! Failures that are nobody's mistake: one constant sentence outside, the rest in the log.

use crate::{middleware::database_unavailable, sentences::SENTENCE};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use gorgias::template::TemplateError;
use service::InternalError;
use tokio::task::JoinError;

/// Something inside failed while a request was answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// In a use case.
    #[error(transparent)]
    Internal(#[from] InternalError),
    /// With the session.
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
    /// The template of Gorgias' address and an account give no address.
    #[error(transparent)]
    Address(#[from] TemplateError),
    /// What came of a form could not be written down.
    #[error("an outcome could not be written down: {0}")]
    Outcome(#[from] serde_json::Error),
    /// A task panicked; the panic itself is in the log already.
    #[error("work ended badly")]
    Task(#[from] JoinError),
}

impl Failure {
    /// Whether the same may work in a moment.
    pub fn database_unavailable(&self) -> bool {
        match self {
            Self::Internal(fault) => fault.database_unavailable(),
            // It says no more than a text; the store told what it met.
            Self::Session(_) => database_unavailable::was_met(),
            Self::Address(_) | Self::Outcome(_) | Self::Task(_) => false,
        }
    }

    /// One line in the log, where the failure meets the outside.
    pub fn log(&self) {
        tracing::error!(error = %self, "a request failed");
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.log();
        if self.database_unavailable() {
            return database_unavailable::answer();
        }
        (StatusCode::INTERNAL_SERVER_ERROR, SENTENCE).into_response()
    }
}
