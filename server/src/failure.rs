//! Failures that are nobody's mistake: one constant sentence outside, the rest in the log.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use service::{Fault, gorgias::template::TemplateError};
use tokio::task::JoinError;

/// What anybody is told when something inside failed.
pub const SENTENCE: &str = "Something inside Mooring failed. Nothing of what you asked for is \
    certain to have happened: look, then try again. If it fails again, tell whoever runs this \
    Mooring; its log says more.";

/// Something inside failed while a request was answered.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// In a use case.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// With the session.
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
    /// The template of Gorgias' address and an account give no address.
    #[error(transparent)]
    Address(#[from] TemplateError),
    /// A task panicked; the panic itself is in the log already.
    #[error("work ended badly")]
    Task(#[from] JoinError),
}

impl Failure {
    /// One line in the log, where the failure meets the outside.
    pub fn log(&self) {
        tracing::error!(error = %self, "a request failed");
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.log();
        (StatusCode::INTERNAL_SERVER_ERROR, SENTENCE).into_response()
    }
}
