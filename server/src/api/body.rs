//! JSON bodies.

use super::Problem;
use crate::middleware::text::CONTROLS;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
};
use serde_json::{Map, Value};
use service::core::input;

/// The parsed JSON object. A missing body counts as an empty object.
pub struct Body<T: input::Input>(pub T::Parsed);

impl<S: Send + Sync, T: input::Input> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let fields = fields(request, state).await?;
        let parsed = input::read::<T>(fields).map_err(|wrong| {
            let code = if wrong.unknown {
                "unknown_field"
            } else {
                "invalid"
            };
            Problem::invalid(StatusCode::UNPROCESSABLE_ENTITY, code, wrong.errors)
        })?;
        Ok(Self(parsed))
    }
}

async fn fields<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Map<String, Value>, Problem> {
    let is_json = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let bytes = Bytes::from_request(request, state).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the body could not be read; it may hold one megabyte",
        )
    })?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    if !is_json {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "send the body as “Content-Type: application/json”",
        ));
    }
    match serde_json::from_slice(&bytes) {
        Ok(value) if has_controls(&value) => Err(controls()),
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "not_an_object",
            "send a JSON object",
        )),
        Err(error) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "not_json",
            format!(
                "the body is not JSON at line {}, column {}",
                error.line(),
                error.column()
            ),
        )),
    }
}

/// All our texts are single lines (security.md 87). This looks at the whole body,
/// so that no field can be forgotten.
fn has_controls(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(char::is_control),
        Value::Array(values) => values.iter().any(has_controls),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.chars().any(char::is_control) || has_controls(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn controls() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        CONTROLS.code,
        "a text in the body holds a control character, such as NUL, a tab or a line break; take it out",
    )
}
