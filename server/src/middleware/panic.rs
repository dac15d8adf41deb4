//! A handler that panics answers with a constant sentence; other requests go on.

use crate::sentences::SENTENCE;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::any::Any;

/// The answer; the panic itself is in the log, see [`crate::telemetry`].
pub fn answer(_: Box<dyn Any + Send + 'static>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, SENTENCE).into_response()
}
