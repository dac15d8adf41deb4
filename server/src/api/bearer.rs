//! The caller: the API token of the `Authorization` header (RFC 6750 2.1).

use super::{Problem, rate_headers};
use crate::{middleware::client_address, state::AppState};
use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::Response,
};
use secrecy::SecretString;
use service::{
    Actor, Services,
    api_tokens::{self, ApiRequest, AuthenticateError, Refusal},
    audit,
};
use url::form_urlencoded;

/// The API token of a request, not yet checked.
pub struct Bearer {
    /// The token.
    pub token: SecretString,
    /// The client's address, and how often the token asks.
    pub request: ApiRequest,
}

/// Tells each caller whose token is recognized how often it may ask, and has recorded
/// what its role doesn't allow.
pub(super) async fn tell_rate(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let trusted = &state.options.trusted_proxies;
    let address = client_address::find(request.extensions(), request.headers(), trusted);
    let counted = ApiRequest::from(address);
    request.extensions_mut().insert(counted.clone());
    let what = request.extensions().get::<MatchedPath>();
    let what = what.map(|route| format!("{} {}", request.method(), route.as_str()));
    let mut response = next.run(request).await;
    if response.status() == StatusCode::FORBIDDEN
        && let Some(actor) = counted.actor()
    {
        audit::request_refused(actor, what.as_deref().unwrap_or_default());
    }
    if let Some(allowance) = counted.allowance() {
        rate_headers::put(response.headers_mut(), allowance);
    }
    response
}

impl FromRequestParts<AppState> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        if in_url(parts) {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "token_in_url",
                "tokens are taken from the Authorization header only; addresses end up in logs, so revoke this token",
            )
            .challenge("Bearer realm=\"mooring\", error=\"invalid_request\""));
        }
        let Some(token) = token(&parts.headers) else {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "token_missing",
                "send an API token as “Authorization: Bearer mrg_…”",
            )
            .challenge("Bearer realm=\"mooring\""));
        };
        // Of `tell_rate`, which is around every call.
        let request = parts.extensions.get::<ApiRequest>().cloned();
        let request = request.unwrap_or_default();
        Ok(Self { token, request })
    }
}

impl Bearer {
    /// The actor of the token.
    ///
    /// # Errors
    /// If no actor has this token.
    pub async fn actor(&self, services: &Services) -> Result<Actor, Problem> {
        let unauthorized = |code, detail| {
            Problem::new(StatusCode::UNAUTHORIZED, code, detail)
                .challenge("Bearer realm=\"mooring\", error=\"invalid_token\"")
        };
        api_tokens::authenticate(services, &self.token, &self.request)
            .await
            .map_err(|error| match error {
                AuthenticateError::Refused(Refusal::Unknown) => unauthorized(
                    "token_invalid",
                    "the API token is unknown or revoked; make another one",
                ),
                AuthenticateError::Refused(Refusal::Expired) => unauthorized(
                    "token_expired",
                    "the time of the API token is over; make another one",
                ),
                AuthenticateError::Refused(Refusal::Replaced) => unauthorized(
                    "token_replaced",
                    "the API token got another secret, and the time of this one is over; use the new one",
                ),
                AuthenticateError::TooMany(too_many) => too_many.into(),
                AuthenticateError::Refused(Refusal::WrongNetwork) => Problem::new(
                    StatusCode::FORBIDDEN,
                    "network_not_allowed",
                    "the API token is tied to networks that this request doesn't come from; call from one of them, or make another token",
                ),
                AuthenticateError::AuditUnavailable => {
                    Problem::audit_unavailable(error.to_string())
                }
                AuthenticateError::Internal(fault) => fault.into(),
            })
    }
}

/// The actor of a request's API token.
pub struct Caller(pub Actor);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let bearer = Bearer::from_request_parts(parts, state).await?;
        bearer.actor(&state.services).await.map(Self)
    }
}

/// The token, if there is exactly one header with exactly one token.
fn token(headers: &HeaderMap) -> Option<SecretString> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| SecretString::from(token.trim()))
}

/// Whether the address has a token. RFC 6750 2.3 allows that and advises against it.
fn in_url(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| name == "access_token" || value.starts_with("mrg_"))
}
