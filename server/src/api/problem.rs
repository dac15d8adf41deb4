//! Errors of the machine API (RFC 9457).

use crate::failure::Failure;
use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use domain::time::Span;
use serde::Serialize;
use service::{
    InternalError,
    api_tokens::TooMany,
    core::error::{FieldError, Forbidden},
};
use tokio::task::JoinError;
use utoipa::ToSchema;

/// `Retry-After` if the audit can't be written.
const AUDIT_WAIT: Span = Span::seconds(10);

/// An error: `code` is for programs, `detail` for people.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<Span>,
    challenge: Option<&'static str>,
    available_ttl: Option<i64>,
}

/// A problem (RFC 9457). Programs go by `code`, people read `detail`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "code": "invalid",
    "detail": "client_id: This field is missing.",
    "errors": [{ "field": "client_id", "message": "This field is missing." }],
}))]
pub struct Body {
    /// With `life_too_short`: the most seconds of life that can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    available_ttl: Option<i64>,
    code: &'static str,
    detail: String,
    /// The errors of fields and parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<InvalidField>,
    status: u16,
    title: &'static str,
    r#type: &'static str,
}

/// A field or parameter that can't be used; its value is never quoted.
#[derive(Serialize, ToSchema)]
struct InvalidField {
    field: String,
    message: String,
}

impl Problem {
    /// A problem without further members. `detail` names the remedy.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            challenge: None,
            available_ttl: None,
        }
    }

    /// The same answer for what doesn't exist and for what belongs to another tenant.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// Fields or parameters that can't be used.
    pub fn invalid(status: StatusCode, code: &'static str, errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|e| format!("{}: {}", e.field, e.message))
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            errors,
            ..Self::new(status, code, detail)
        }
    }

    /// Fields of the body that the use case refuses.
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Self::invalid(StatusCode::UNPROCESSABLE_ENTITY, "invalid", errors)
    }

    /// An action that can't be recorded isn't done.
    pub fn audit_unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "audit_unavailable", detail)
            .retry_after(AUDIT_WAIT)
    }

    /// Adds `available_ttl`, an extension member (RFC 9457 3.2).
    #[must_use]
    pub fn available_ttl(self, seconds: i64) -> Self {
        Self {
            available_ttl: Some(seconds),
            ..self
        }
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub fn retry_after(self, span: Span) -> Self {
        Self {
            retry_after: Some(span),
            ..self
        }
    }

    /// A 401 with its challenge (RFC 6750 3).
    #[must_use]
    pub fn challenge(self, challenge: &'static str) -> Self {
        Self {
            challenge: Some(challenge),
            ..self
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let field = |mistake: FieldError| InvalidField {
            field: mistake.field.into_owned(),
            message: mistake.message,
        };
        let body = Body {
            available_ttl: self.available_ttl,
            code: self.code,
            detail: self.detail,
            errors: self.errors.into_iter().map(field).collect(),
            status: self.status.as_u16(),
            title: self.status.canonical_reason().unwrap_or_default(),
            r#type: "about:blank",
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(span) = self.retry_after {
            headers.insert(RETRY_AFTER, span.whole_seconds().max(1).into());
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        failure.log();
        if failure.database_unavailable() {
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "database_unavailable",
                crate::sentences::UNAVAILABLE,
            )
            .retry_after(crate::sentences::TRY_AGAIN);
        }
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            crate::sentences::SENTENCE,
        )
    }
}

impl From<InternalError> for Problem {
    fn from(fault: InternalError) -> Self {
        if let InternalError::Vault(error) = &fault
            && error.key_service_passes()
        {
            Failure::from(fault).log();
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "key_service_unavailable",
                "the key service that holds the tenant's key doesn't answer; try again, and if it lasts, tell whoever runs this Mooring",
            )
            .retry_after(Span::seconds(5));
        }
        Failure::from(fault).into()
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        Failure::from(error).into()
    }
}

impl From<TooMany> for Problem {
    fn from(too_many: TooMany) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, "too_many_requests", too_many.to_string()).retry_after(too_many.wait)
    }
}

impl From<Forbidden> for Problem {
    fn from(_: Forbidden) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "the token's role doesn't allow this; use one with another role",
        )
    }
}
