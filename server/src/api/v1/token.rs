//! `/api/v1/connections/{app}/{subdomain}/token`

use super::{answers::HealthSchema, paths::AccountPath};
use crate::{
    api::{
        Problem,
        bearer::Bearer,
        problems::{COMMON, PATH, QUERY, problems},
        query::Query,
    },
    state::AppState,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use domain::{health::Health, scope::ScopeSet, subdomain::Subdomain, time::Span};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use service::{
    connections::token::{self, ServedToken, TokenError},
    core::input::{Errors, Field, Input},
};
use utoipa::{IntoParams, ToSchema};

problems!(
    TokenProblems: COMMON, PATH, QUERY,
    &[
        (409, "disconnected"),
        (409, "setup_fault"),
        (409, "not_connected"),
        (409, "life_too_short"),
        (503, "upstream_unavailable"),
    ],
);

/// The greatest `min_ttl`, in seconds. Gorgias' tokens live for a day; a `min_ttl`
/// of a day would never be met by a stored token.
const LONGEST: u32 = 43_200;

/// The options of a token read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many seconds of life the token must have at least
    #[param(value_type = Option<u32>, nullable = false, minimum = 0, maximum = 43200, default = 60)]
    #[serde(default)]
    min_ttl: Field<String>,
}

impl Input for Wanted {
    type Parsed = Span;

    fn parse(self, errors: &mut Errors) -> Option<Span> {
        let seconds = errors.number("min_ttl", self.min_ttl, 0..=LONGEST);
        Some(Span::seconds(seconds.unwrap_or(60).into()))
    }
}

/// An access token. It is borrowed, so that there are no needless copies of it.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken, example = json!({
    "access_token": "eyJhbGciOi",
    "token_type": "Bearer",
    "expires_at": "2026-11-30T14:05:00Z",
    "scope": "offline openid tickets:read",
    "missing_scopes": ["tags:read"],
    "health": "working",
}))]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    #[schema(format = DateTime)]
    expires_at: String,
    /// The granted scopes, separated by spaces
    scope: String,
    /// The scopes that the app asks for now and the account did not grant
    #[schema(value_type = Vec<String>)]
    missing_scopes: &'a ScopeSet,
    #[schema(value_type = HealthSchema)]
    health: Health,
}

/// An access token with at least `min_ttl` seconds of life
///
/// As long as Mooring holds one, the answer is 200, whatever the connection's health.
#[utoipa::path(
    get, path = "/connections/{app}/{subdomain}/token", operation_id = "getAccessToken",
    tag = "access tokens", params(AccountPath, Wanted),
    responses(
        (
            status = 200, body = Answer, description = "The token",
            headers(("Cache-Control" = String, description = "`no-store`"))
        ),
        TokenProblems
    )
)]
pub async fn read(
    bearer: Bearer,
    State(state): State<AppState>,
    Path(AccountPath { app, subdomain }): Path<AccountPath>,
    query: Result<Query<Wanted>, Problem>,
) -> Result<Response, Problem> {
    let subdomain: Option<Subdomain> = subdomain.parse().ok();
    if let (Some(subdomain), Ok(Query(min_ttl))) = (&subdomain, &query) {
        let (services, Bearer { token, request }) = (&state.services, &bearer);
        let fast = token::fast_path(services, token, request, &app, subdomain, *min_ttl);
        if let Some(served) = fast.await.map_err(problem)? {
            return Ok(answer(&served));
        }
    }
    // The token is checked before the parameters.
    let actor = bearer.actor(&state.services).await?;
    let subdomain = subdomain.ok_or_else(Problem::not_found)?;
    let Query(min_ttl) = query?;
    let served = state
        .to_its_end(async move { token::read(&actor, &app, &subdomain, min_ttl).await })
        .await?
        .map_err(problem)?;
    Ok(answer(&served))
}

fn answer(served: &ServedToken) -> Response {
    let answer = Answer {
        access_token: served.access_token.expose_secret(),
        token_type: "Bearer",
        expires_at: served.expires_at.rfc3339(),
        scope: served.scope.to_string(),
        missing_scopes: &served.missing,
        health: served.health,
    };
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

fn problem(error: TokenError) -> Problem {
    let detail = error.to_string();
    let conflict = |code| Problem::new(StatusCode::CONFLICT, code, detail.clone());
    match error {
        TokenError::NotFound => Problem::not_found(),
        TokenError::Forbidden(forbidden) => forbidden.into(),
        TokenError::Disconnected => conflict("disconnected"),
        TokenError::SetupFault => conflict("setup_fault"),
        TokenError::NotConnected => conflict("not_connected"),
        TokenError::LifeTooShort {
            available,
            retry_after,
        } => conflict("life_too_short")
            .available_ttl(available.whole_seconds())
            .retry_after(retry_after),
        TokenError::Unavailable { retry_after } => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream_unavailable",
            detail,
        )
        .retry_after(retry_after),
        TokenError::TooMany(too_many) => too_many.into(),
        TokenError::AuditUnavailable => Problem::audit_unavailable(detail),
        TokenError::Internal(fault) => fault.into(),
    }
}
