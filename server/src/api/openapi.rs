//! The description of the machine API (OpenAPI 3.1), made from its router.

use super::{
    problem,
    problems::{WITHOUT_TOKEN, problems},
    v1,
};
use crate::state::AppState;
use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use serde_json::Value;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

const BEARER: &str = "apiToken";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mooring",
        description = "The machine API: for a vendor's own backends. Errors are problems (RFC 9457) with a `code`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    security(("apiToken" = [])),
    components(schemas(problem::Body)),
    modifiers(&Bearer),
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("mrg_…")
            .description(Some(
                "An API token of Mooring, in the header alone (RFC 6750 2.1).",
            ));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme(BEARER, SecurityScheme::Http(scheme.build()));
    }
}

/// The description as text, and its ETag (RFC 9110 8.8.3).
struct Served {
    text: String,
    tag: HeaderValue,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let text = document().to_string();
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    Served {
        text,
        tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
    }
});

/// This description; needs no token
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getDescription", tag = "description",
    security(()),
    responses(
        (status = 200, body = Object, description = "OpenAPI 3.1"),
        (status = 304, description = "It is the one that `If-None-Match` names"),
        DescriptionProblems
    )
)]
async fn serve(headers: HeaderMap) -> Response {
    let Served { text, tag } = &*SERVED;
    // Clients ask each time whether it has changed.
    let about = [
        (ETAG, tag.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ];
    if headers.get(IF_NONE_MATCH) == Some(tag) {
        (StatusCode::NOT_MODIFIED, about).into_response()
    } else {
        (about, text.as_str()).into_response()
    }
}

problems!(DescriptionProblems: WITHOUT_TOKEN);

/// All routes below `/api/v1`, with their descriptions.
pub fn routes() -> OpenApiRouter<AppState> {
    v1::routes().routes(routes!(serve))
}

/// The description of all routes of [`routes`].
pub fn document() -> Value {
    let described = Description::openapi().nest("/api/v1", routes().into_openapi());
    let mut document = serde_json::to_value(described).unwrap_or_default();
    close_bodies(&mut document);
    document
}

/// A body may be missing, but it may not be `null`. [`super::input`] refuses unknown fields.
fn close_bodies(document: &mut Value) {
    let mut closed = Vec::new();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten());
    for (_, operation) in operations {
        let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema")
        else {
            continue;
        };
        if let Some(of_option) = schema.pointer("/oneOf/0") {
            *schema = of_option.clone();
        }
        closed.extend(schema["$ref"].as_str().map(str::to_owned));
    }
    for reference in closed {
        if let Some(schema) = document.pointer_mut(reference.trim_start_matches('#')) {
            schema["additionalProperties"] = false.into();
        }
    }
}
