//! The machine API: bearer tokens, JSON, errors as RFC 9457 problems.

mod bearer;
mod body;
mod openapi;
mod problem;
mod problems;
mod query;
mod rate_headers;
mod v1;

pub use openapi::document;
pub use problem::Problem;

use crate::state::AppState;
use axum::{Router, http::StatusCode, middleware::from_fn_with_state};

/// Everything below `/api/v1`.
pub fn routes(state: &AppState) -> Router<AppState> {
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
        .layer(from_fn_with_state(state.clone(), bearer::tell_rate))
}
