//! The machine API: bearer tokens, JSON, errors as RFC 9457 problems.

mod bearer;
mod body;
mod openapi;
mod problem;
mod problems;
mod query;
mod v1;

pub use openapi::document;
pub use problem::Problem;

use crate::state::AppState;
use axum::{Router, http::StatusCode};

/// Everything below `/api/v1`.
pub fn routes() -> Router<AppState> {
    let (router, _) = openapi::routes().split_for_parts();
    router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this address does not answer to this method",
            )
        })
}
