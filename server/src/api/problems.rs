//! The problems that each call can answer with, for its description.

use super::problem::Body;
use std::collections::BTreeMap;
use utoipa::{
    ToSchema,
    openapi::{
        AllOfBuilder, Content, Header, Ref, RefOr, Response, ResponseBuilder,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// A status and a `code`.
pub type Code = (u16, &'static str);

/// Problems of the call that needs no token.
pub const WITHOUT_TOKEN: &[Code] = &[
    (400, "control_character"),
    (413, "too_large"),
    (500, "internal"),
    (503, "unavailable"),
];

/// Problems of every call with a token.
pub const COMMON: &[Code] = &[
    (400, "control_character"),
    (401, "token_missing"),
    (401, "token_invalid"),
    (401, "token_expired"),
    (401, "token_in_url"),
    (401, "token_replaced"),
    (403, "forbidden"),
    (403, "network_not_allowed"),
    (413, "too_large"),
    (429, "too_many_requests"),
    (500, "internal"),
    (503, "audit_unavailable"),
    (503, "database_unavailable"),
    (503, "key_service_unavailable"),
    (503, "unavailable"),
];

/// Problems of calls with a variable part in their path.
pub const PATH: &[Code] = &[(400, "malformed"), (404, "not_found")];

/// Problems of calls with parameters.
pub const QUERY: &[Code] = &[(400, "invalid_parameter"), (400, "unknown_parameter")];

/// Problems of calls with a body.
pub const BODY: &[Code] = &[
    (400, "not_json"),
    (400, "not_an_object"),
    (415, "not_json"),
    (422, "control_character"),
    (422, "invalid"),
    (422, "unknown_field"),
];

/// The answers with these problems, one for each status.
pub fn responses(sets: &[&[Code]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for (status, code) in sets.iter().flat_map(|set| set.iter()) {
        by_status.entry(*status).or_default().push(code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status.to_string(), response(status, &codes).into()))
        .collect()
}

fn response(status: u16, codes: &[&str]) -> Response {
    let named: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    let only = ObjectBuilder::new()
        .property(
            "code",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(codes.iter().copied())),
        )
        .property(
            "status",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .enum_values(Some([status])),
        );
    let schema = AllOfBuilder::new()
        .item(Ref::from_schema_name(Body::name()))
        .item(only);
    let builder = ResponseBuilder::new()
        .description(named.join(", "))
        .content(
            "application/problem+json",
            Content::new(Some(Schema::AllOf(schema.build()))),
        );
    match status {
        401 => builder.header("WWW-Authenticate", header("RFC 6750 3", Type::String)),
        409 | 429 | 503 => builder.header(
            "Retry-After",
            header("Seconds after which to ask again", Type::Integer),
        ),
        _ => builder,
    }
    .build()
}

fn header(description: &str, kind: Type) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(kind));
    header.description = Some(description.to_owned());
    header
}

/// Names the problems of a call, for the `responses` of its description.
macro_rules! problems {
    ($name:ident: $($set:expr),+ $(,)?) => {
        pub struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::api::problems::responses(&[$($set),+])
            }
        }
    };
}
pub(crate) use problems;
