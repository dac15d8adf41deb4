//! Query parameters. A misspelt one is an error: if it were ignored, the answer
//! would be to another question.

use super::Problem;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use service::core::input;
use url::form_urlencoded;

/// The parsed query parameters.
pub struct Query<T: input::Input>(pub T::Parsed);

impl<S: Send + Sync, T: input::Input> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let fields = input::object(form_urlencoded::parse(query.as_bytes()));
        let parsed = input::read::<T>(fields).map_err(|wrong| {
            let code = if wrong.unknown {
                "unknown_parameter"
            } else {
                "invalid_parameter"
            };
            Problem::invalid(StatusCode::BAD_REQUEST, code, wrong.errors)
        })?;
        Ok(Self(parsed))
    }
}
