//! `/api/v1/connections/{app}/{subdomain}/token`

use super::connections::AccountPath;
use crate::{
    api::{Problem, bearer::Caller, query::Query},
    state::AppState,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header::CACHE_CONTROL},
};
use domain::{subdomain::Subdomain, time::Span};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::connections::token::{self, TokenError};

/// The most life that can be asked of a token, in seconds. Gorgias gives a day;
/// whoever asked for all of it would never be content with what is there.
const LONGEST: u32 = 43_200;

/// When to ask again if the audit can't be written.
const AUDIT_WAIT: Span = Span::seconds(10);

const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// An access token with at least `min_ttl` seconds of life.
pub async fn read(
    Caller(actor): Caller,
    State(state): State<AppState>,
    Path((app, subdomain)): AccountPath,
    mut query: Query,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Problem> {
    let subdomain: Subdomain = subdomain.parse().map_err(|_| Problem::not_found())?;
    let min_ttl = Span::seconds(query.number("min_ttl", 0, LONGEST, 60)?.into());
    query.end()?;
    let served = state
        .to_its_end(async move { token::read(&actor, &app, &subdomain, min_ttl).await })
        .await?
        .map_err(problem)?;
    Ok((
        NO_STORE,
        Json(json!({
            "access_token": served.access_token.expose_secret(),
            "token_type": "Bearer",
            "expires_at": served.expires_at.rfc3339(),
            "scope": served.scope.to_string(),
            "health": served.health,
        })),
    ))
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
        TokenError::Unavailable { retry_after } => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream_unavailable",
            detail,
        )
        .retry_after(retry_after),
        TokenError::AuditUnavailable => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "audit_unavailable", detail)
                .retry_after(AUDIT_WAIT)
        }
        TokenError::Fault(fault) => fault.into(),
    }
}
