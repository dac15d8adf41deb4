//! `/api/v1/connections/{app}/{subdomain}/token`

use super::connections::AccountPath;
use crate::{
    api::{Problem, bearer::Bearer, query::Query},
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
use serde::Serialize;
use service::connections::token::{self, ServedToken, TokenError};

/// The most life that can be asked of a token, in seconds. Gorgias gives a day;
/// whoever asked for all of it would never be content with what is there.
const LONGEST: u32 = 43_200;

/// The answer; borrowed, so that no more copies of the token are made than needed.
#[derive(Serialize)]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_at: String,
    scope: String,
    missing_scopes: &'a ScopeSet,
    health: Health,
}

/// An access token with at least `min_ttl` seconds of life.
pub async fn read(
    bearer: Bearer,
    State(state): State<AppState>,
    Path((app, subdomain)): AccountPath,
    query: Query,
) -> Result<Response, Problem> {
    let wanted = wanted(&subdomain, query);
    if let Ok((subdomain, min_ttl)) = &wanted {
        let (services, Bearer { token, address }) = (&state.services, &bearer);
        let fast = token::fast_path(services, token, *address, &app, subdomain, *min_ttl);
        if let Some(served) = fast.await.map_err(problem)? {
            return Ok(answer(&served));
        }
    }
    // Whose call it is comes before what is wrong with it.
    let actor = bearer.actor(&state.services).await?;
    let (subdomain, min_ttl) = wanted?;
    let served = state
        .to_its_end(async move { token::read(&actor, &app, &subdomain, min_ttl).await })
        .await?
        .map_err(problem)?;
    Ok(answer(&served))
}

fn wanted(subdomain: &str, mut query: Query) -> Result<(Subdomain, Span), Problem> {
    let subdomain = subdomain.parse().map_err(|_| Problem::not_found())?;
    let min_ttl = Span::seconds(query.number("min_ttl", 0, LONGEST, 60)?.into());
    query.end()?;
    Ok((subdomain, min_ttl))
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
            .with("available_ttl", available.whole_seconds())
            .retry_after(retry_after),
        TokenError::Unavailable { retry_after } => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream_unavailable",
            detail,
        )
        .retry_after(retry_after),
        TokenError::AuditUnavailable => Problem::audit_unavailable(detail),
        TokenError::Internal(fault) => fault.into(),
    }
}
