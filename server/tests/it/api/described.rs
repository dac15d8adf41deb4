//! Answers, held against the description of the API: [`check`] sees every call
//! that a test makes.

use crate::browser::Answer;
use axum::http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

pub static DOCUMENT: LazyLock<Value> = LazyLock::new(server::api::document);

/// A schema of the document, with all that it refers to.
pub fn validator(schema: &Value) -> Validator {
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": DOCUMENT["components"],
    });
    jsonschema::options()
        .should_validate_formats(true)
        .build(&whole)
        .unwrap()
}

/// Fails if an answer is none that its call is described with.
#[track_caller]
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some((template, operation)) = operation(method, path) else {
        return;
    };
    let what = format!("{method} {template}: {} {}", answer.status, answer.body);
    let response = &operation["responses"][answer.status.as_str()];
    assert!(response.is_object(), "not described: {what}");
    let Some(content) = response["content"].as_object() else {
        assert_eq!(answer.body, "", "{what}");
        return;
    };
    let (kind, content) = content.iter().next().unwrap();
    assert_eq!(answer.header("content-type"), kind, "{what}");
    let key = format!("{method} {template} {}", answer.status.as_str());
    let validator = compiled(key, &content["schema"]);
    let body = answer.json();
    if let Err(error) = validator.validate(&body) {
        panic!("{error} at {}: {what}", error.instance_path());
    }
    if body.get("access_token").is_none() {
        assert_eq!(body.to_string(), answer.body, "the order of the alphabet");
    }
}

fn compiled(key: String, schema: &Value) -> Arc<Validator> {
    static COMPILED: Mutex<Option<HashMap<String, Arc<Validator>>>> = Mutex::new(None);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = compiled.get_or_insert_default();
    let new = || Arc::new(validator(schema));
    compiled.entry(key).or_insert_with(new).clone()
}

/// The operation that answers a call, and its path. Words go before variables.
fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == parts.len()
            && template
                .iter()
                .zip(&parts)
                .all(|(pattern, part)| pattern.starts_with('{') || pattern == part)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let found = paths.iter().filter(|(template, _)| fits(template));
    let (template, item) = found.min_by_key(|(template, _)| template.matches('{').count())?;
    let operation = item.get(method.as_str().to_lowercase())?;
    Some((template, operation))
}
