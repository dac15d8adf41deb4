//! Errors of the machine API (RFC 9457).

use crate::failure::Failure;
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use domain::time::Span;
use serde_json::json;
use service::{
    InternalError,
    core::error::{FieldError, Forbidden},
};
use tokio::task::JoinError;

/// When to ask again if the audit can't be written.
const AUDIT_WAIT: Span = Span::seconds(10);

/// What went wrong, for a program by `code` and for a person by `detail`.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<Span>,
    challenge: Option<&'static str>,
    /// A member of its own (RFC 9457 3.2).
    extra: Option<Box<(&'static str, i64)>>,
}

impl Problem {
    /// A problem without more to say. `detail` names the remedy.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            challenge: None,
            extra: None,
        }
    }

    /// For what isn't there and for what belongs to somebody else alike.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// Fields of the body that can't be used.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|e| format!("{}: {}", e.field, e.message))
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
        }
    }

    /// What can't be recorded isn't done.
    pub fn audit_unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "audit_unavailable", detail)
            .retry_after(AUDIT_WAIT)
    }

    /// Adds a member of this kind of problem's own (RFC 9457 3.2).
    #[must_use]
    pub fn with(self, member: &'static str, value: i64) -> Self {
        Self {
            extra: Some(Box::new((member, value))),
            ..self
        }
    }

    /// Tells how long to wait.
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
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some((member, value)) = self.extra.map(|extra| *extra) {
            body[member] = value.into();
        }
        if !self.errors.is_empty() {
            body["errors"] = self
                .errors
                .iter()
                .map(|e| json!({ "field": e.field, "message": e.message }))
                .collect();
        }
        let mut response = (self.status, body.to_string()).into_response();
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
                crate::failure::UNAVAILABLE,
            )
            .retry_after(crate::failure::TRY_AGAIN);
        }
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            crate::failure::SENTENCE,
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

impl From<Forbidden> for Problem {
    fn from(_: Forbidden) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "the token's role doesn't allow this; use one with another role",
        )
    }
}
