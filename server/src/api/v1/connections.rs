//! `/api/v1/connections`

use super::json;
use crate::{
    api::{Problem, bearer::Caller, query::Query},
    state::AppState,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use domain::{subdomain::Subdomain, time::Span};
use serde_json::{Value, json};
use service::{
    Actor,
    connections::{
        check_now::{self, CheckError},
        disconnect::{self, DisconnectError, Disconnected},
        list::{self, ListError, ListQuery, MOST, Sort},
        show::{self, Account},
    },
    engine::refresh::Verdict,
};

/// The app and the account in an address.
pub type AccountPath = Path<(String, String)>;

/// Connections, a page at a time.
pub async fn list(Caller(actor): Caller, mut query: Query) -> Result<Json<Value>, Problem> {
    let most = u32::try_from(MOST).unwrap_or(u32::MAX);
    let wanted = ListQuery {
        q: query.text("q")?.unwrap_or_default(),
        health: query.parsed("health")?,
        app: query.text("app")?,
        scope: query.parsed("scope")?,
        sort: query
            .text("sort")?
            .map_or(Sort::Name, |code| Sort::from_code(&code)),
        after: query.text("after")?,
        limit: query.number("limit", 1, most, 50)?.into(),
    };
    query.end()?;
    let page = list::list(&actor, &wanted).await.map_err(|e| match e {
        ListError::BadCursor => {
            Problem::new(StatusCode::BAD_REQUEST, "invalid_parameter", e.to_string())
        }
        ListError::Internal(fault) => fault.into(),
    })?;
    let items: Vec<_> = page.rows.iter().map(json::row).collect();
    Ok(Json(json!({ "items": items, "next": page.next })))
}

/// One connection.
pub async fn show(Caller(actor): Caller, Path(path): AccountPath) -> Result<Json<Value>, Problem> {
    let (account, _) = find(&actor, &path).await?;
    Ok(Json(json::connection(&account)))
}

/// Proves a connection now.
pub async fn refresh(
    Caller(actor): Caller,
    State(state): State<AppState>,
    Path(path): AccountPath,
) -> Result<Json<Value>, Problem> {
    let (_, subdomain) = find(&actor, &path).await?;
    let (asking, app) = (actor.clone(), path.0.clone());
    let verdict = state
        .to_its_end(async move { check_now::check_now(&asking, &app, &subdomain).await })
        .await?;
    let unavailable = |detail: String, wait: Span| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream_unavailable",
            detail,
        )
        .retry_after(wait)
    };
    match verdict {
        Ok(Verdict::Unavailable { sentence, next, .. }) => {
            return Err(unavailable(sentence, next.since(actor.now())));
        }
        Ok(verdict @ Verdict::Busy) => {
            return Err(unavailable(verdict.sentence(), Span::seconds(2)));
        }
        Ok(verdict @ Verdict::JournalFull) => {
            let (status, code) = (StatusCode::SERVICE_UNAVAILABLE, "journal_unavailable");
            let problem = Problem::new(status, code, verdict.sentence());
            return Err(problem.retry_after(Span::minutes(1)));
        }
        Ok(_) => (),
        Err(CheckError::NotFound) => return Err(Problem::not_found()),
        Err(CheckError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(CheckError::Internal(fault)) => return Err(fault.into()),
    }
    let (account, _) = find(&actor, &path).await?;
    Ok(Json(json::connection(&account)))
}

/// Revokes the tokens at Gorgias, as far as it answers, and forgets them.
pub async fn disconnect(
    Caller(actor): Caller,
    State(state): State<AppState>,
    Path((app, subdomain)): AccountPath,
) -> Result<Json<Value>, Problem> {
    let subdomain: Subdomain = subdomain.parse().map_err(|_| Problem::not_found())?;
    let ended = state
        .to_its_end(async move { disconnect::disconnect(&actor, &app, &subdomain).await })
        .await?;
    match ended {
        Ok(ended) => {
            let confirmed = matches!(ended, Disconnected::Now { confirmed: true });
            Ok(Json(json!({ "revoked_upstream": confirmed })))
        }
        Err(DisconnectError::NotFound) => Err(Problem::not_found()),
        Err(DisconnectError::Forbidden(forbidden)) => Err(forbidden.into()),
        Err(DisconnectError::Internal(fault)) => Err(fault.into()),
    }
}

/// The connection that an address names.
pub async fn find(
    actor: &Actor,
    (app, subdomain): &(String, String),
) -> Result<(Account, Subdomain), Problem> {
    let subdomain: Subdomain = subdomain.parse().map_err(|_| Problem::not_found())?;
    let account = show::show(actor, app, &subdomain)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok((account, subdomain))
}
