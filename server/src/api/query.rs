//! Parameters of addresses. A misspelt one is an error: ignored, it would give
//! an answer to another question.

use super::{Problem, input};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// What the parameters of an address say.
pub struct Query<T: input::Input>(pub T::Parsed);

impl<S: Send + Sync, T: input::Input> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let parsed = input::read::<T>(fields(query)).map_err(|wrong| {
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

/// The parameters as an object: an empty one counts as missing, and one that
/// stands there twice is a list, which no parameter takes.
fn fields(query: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => {
                fields.insert(name.into_owned(), value);
            }
            Some(before) => *before = Value::Array(vec![before.take(), value]),
        }
    }
    for value in fields.values_mut() {
        if value.as_str().is_some_and(str::is_empty) {
            value.take();
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_become_an_object() {
        let fields = fields("a=1&b=&c=x+y&c=&d");
        assert_eq!(
            Value::Object(fields),
            json!({ "a": "1", "b": null, "c": ["x y", ""], "d": null })
        );
    }
}
