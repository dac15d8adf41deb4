//! JSON bodies, read field by field, so that every mistake is named and no
//! value is quoted back: some are secrets.

use super::Problem;
use crate::middleware::text::CONTROLS;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
};
use secrecy::SecretString;
use serde_json::{Map, Value};
use service::core::error::FieldError;

/// The fields of a JSON object that were not read yet.
pub struct Body {
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    /// No body at all counts as an empty object.
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
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
            return Ok(Self::new(Map::new()));
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
            Ok(Value::Object(fields)) => Ok(Self::new(fields)),
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
}

/// All texts of ours are single lines (security.md 87). Looked for in the whole
/// body, so that no reader of a field has to think of it.
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

impl Body {
    fn new(fields: Map<String, Value>) -> Self {
        Self {
            fields,
            errors: Vec::new(),
        }
    }

    /// Whether the field is there, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Notes a mistake in a field.
    pub fn wrong(&mut self, name: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError::new(name, message));
    }

    /// A text; missing and null alike are `None`.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.wrong(name, "Give a text.");
                None
            }
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &'static str) -> String {
        if !self.has(name) {
            self.wrong(name, "This field is missing.");
        }
        self.text(name).unwrap_or_default()
    }

    /// A text that nobody may see.
    pub fn secret(&mut self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        let texts = match self.fields.remove(name)? {
            Value::Array(values) => values
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            self.wrong(name, "Give a list of texts.");
        }
        texts
    }

    /// A whole number.
    pub fn number(&mut self, name: &'static str) -> Option<i64> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => {
                let number = value.as_i64();
                if number.is_none() {
                    self.wrong(name, "Give a whole number.");
                }
                number
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// All mistakes; a field that nobody read is one.
    pub fn end(self) -> Result<(), Problem> {
        if let Some(name) = self.fields.keys().next() {
            // The name came from outside, so it is cut and stripped.
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown_field",
                format!("there is no field “{name}”; remove it, or correct its name"),
            ));
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid(self.errors))
        }
    }
}
