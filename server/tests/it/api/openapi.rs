//! `/api/v1/openapi.json`: every route is described, and what is described is
//! OpenAPI 3.1.

use super::described::{DOCUMENT, validator};
use crate::{browser::send, cli, test_server::on_each_database};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
    routing::{get, put},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The paths of a router, read from how it prints itself: axum has no other way.
fn paths(router: &Router) -> BTreeSet<String> {
    format!("{router:?}")
        .split('"')
        .filter(|text| text.starts_with("/api/v1/") && !text.contains("__private"))
        .map(str::to_owned)
        .collect()
}

/// What a router answers to below `/api/v1`, as `GET /path`.
async fn answered(router: &Router) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for path in paths(router) {
        let address = path.replace(['{', '}'], "");
        let probe = Request::builder().method("PROBE").uri(address);
        let answer = send(router, probe.body(Body::empty()).unwrap()).await;
        let methods = answer.expect(StatusCode::METHOD_NOT_ALLOWED);
        for method in methods.header("allow").split(',') {
            // HEAD comes with GET (RFC 9110 9.3.2).
            if method != "HEAD" {
                calls.insert(format!("{method} {path}"));
            }
        }
    }
    calls
}

fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter().map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    })
}

#[tokio::test]
async fn every_route_is_described() {
    on_each_database(async |server| {
        let described: BTreeSet<_> = operations().map(|(call, _)| call).collect();
        assert!(described.len() > 20, "{described:?}");
        assert_eq!(answered(&server.router).await, described);

        // A route that is added without a description is found.
        let plain = server
            .router
            .clone()
            .route("/api/v1/plain", get(|| async {}));
        let plain = answered(&plain).await;
        assert!(plain.contains("GET /api/v1/plain"), "{plain:?}");
        let method = server
            .router
            .clone()
            .route("/api/v1/apps", put(|| async {}));
        assert!(answered(&method).await.contains("PUT /api/v1/apps"));
    })
    .await;
}

#[test]
fn every_operation_says_what_it_takes_and_gives() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = BTreeSet::new();
    for (call, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{id} is there twice");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{call}");
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let described: BTreeSet<_> = parameters
            .iter()
            .filter(|p| p["in"] == "path" && p["required"] == true)
            .map(|p| p["name"].as_str().unwrap())
            .collect();
        let named: BTreeSet<_> = call
            .split('{')
            .skip(1)
            .map(|part| part.split('}').next().unwrap())
            .collect();
        assert_eq!(described, named, "{call}");
        for parameter in &parameters {
            assert!(parameter["description"].is_string(), "{call}: {parameter}");
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{call}"
        );
        let problems: Vec<_> = responses
            .iter()
            .filter(|(status, _)| status.starts_with(['4', '5']))
            .collect();
        assert!(!problems.is_empty(), "{call}");
        for (status, response) in problems {
            let schema = &response["content"]["application/problem+json"]["schema"];
            let codes = &schema["allOf"][1]["properties"]["code"]["enum"];
            assert!(codes[0].is_string(), "{call}: {status} names its codes");
        }
        let needs_token = operation.get("security").is_none();
        assert_eq!(needs_token, id != "getDescription", "{call}");
        assert_eq!(needs_token, responses.contains_key("401"), "{call}");
        if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
            let name = schema["$ref"].as_str().unwrap().trim_start_matches('#');
            let body = DOCUMENT.pointer(name).unwrap();
            assert_eq!(body["additionalProperties"], false, "{call}");
        }
    }
    assert_eq!(
        DOCUMENT["security"][0]["apiToken"],
        Value::Array(Vec::new())
    );
    assert_eq!(
        DOCUMENT["components"]["securitySchemes"]["apiToken"]["scheme"],
        "bearer"
    );
}

fn references(part: &Value, found: &mut Vec<String>) {
    match part {
        Value::Object(members) => {
            found.extend(
                members
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => (),
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let mut found = Vec::new();
    references(&DOCUMENT, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(DOCUMENT.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_example_fits_its_schema() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    let mut examples = 0;
    for (name, schema) in schemas {
        if let Some(example) = schema.get("example") {
            examples += 1;
            if let Err(error) = validator(schema).validate(example) {
                panic!("{name}: {error}");
            }
        }
    }
    assert!(examples >= 10, "{examples}");
}

#[tokio::test]
async fn it_is_served_without_a_token_and_asked_for_again_by_its_tag() {
    on_each_database(async |server| {
        let get = async |tag: &str| {
            let request = Request::get("/api/v1/openapi.json").header("if-none-match", tag);
            send(&server.router, request.body(Body::empty()).unwrap()).await
        };
        let first = get("\"none\"").await.expect(StatusCode::OK);
        assert_eq!(first.header("content-type"), "application/json");
        assert_eq!(first.json(), *DOCUMENT);
        let again = get(first.header("etag")).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert_eq!(again.body, "");
        let other = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/openapi.json");
        let other = send(&server.router, other.body(Body::empty()).unwrap()).await;
        assert_eq!(other.json()["code"], "method_not_allowed");
    })
    .await;
}

/// No settings and no database are needed.
#[tokio::test]
async fn it_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printed = cli::run(&folder, &["openapi"]).await;
    assert_eq!(printed.status.code(), Some(0));
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed, *DOCUMENT);
}

/// The fuzzer begins with the examples: refused, they would lead it nowhere.
#[tokio::test]
async fn calls_that_send_the_examples_succeed() {
    on_each_database(async |server| {
        let token = server.tenant("acme").await.token;
        for (call, status) in [
            ("POST /apps", 201),
            ("PATCH /apps/{app}", 200),
            ("POST /apps/{app}/secrets", 201),
            ("POST /reconnect-links", 201),
        ] {
            let (method, path) = call.split_once(' ').unwrap();
            let described = &DOCUMENT["paths"][format!("/api/v1{path}")];
            let operation = &described[method.to_lowercase()];
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let name = schema["$ref"].as_str().unwrap().trim_start_matches('#');
            let example = DOCUMENT.pointer(name).unwrap()["example"].clone();
            let path = path.replace("{app}", "returns");
            let method = method.parse().unwrap();
            let answer = server.call(method, &path, &token, Some(example)).await;
            assert_eq!(answer.status, status, "{call}: {}", answer.body);
        }
    })
    .await;
}
