//! `/api/v1/connections`

use super::{
    answers::{Connection, ConnectionDetails, Page, Revoked},
    paths::AccountPath,
};
use crate::{
    api::{
        Problem,
        bearer::Caller,
        problems::{COMMON, PATH, QUERY, problems},
        query::Query,
    },
    state::AppState,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use domain::{subdomain::Subdomain, time::Span};
use serde::Deserialize;
use service::{
    Actor,
    connections::{
        check_now::{self, CheckError},
        disconnect::{self, DisconnectError, Disconnected},
        list::{self, ListError, ListQuery, MOST, Sort},
        show::{self, Account},
    },
    core::input::{Errors, Field, Input},
    engine::refresh::Verdict,
};
use utoipa::IntoParams;

problems!(ListProblems: COMMON, QUERY);
problems!(ConnectionProblems: COMMON, PATH);
problems!(
    RefreshProblems: COMMON, PATH,
    &[(503, "upstream_unavailable"), (503, "journal_unavailable")],
);

/// Which connections to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Any part of the subdomain, of the name or address of the person who approved, of what is
    /// known of the customer, or of the app's name; one and two letters find beginnings of words
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    q: Field<String>,
    /// Only with this health
    #[param(value_type = Option<super::answers::HealthSchema>, nullable = false, inline)]
    #[serde(default)]
    health: Field<String>,
    /// Only of this app, a slug or id
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    app: Field<String>,
    /// Only with this scope granted
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    scope: Field<String>,
    /// Only where the granted scopes are like this, compared with what the app asks for now:
    /// `missing` something, `extra` ones, an `old` one that Gorgias will remove, or
    /// `needs_click`, where somebody has to approve
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    permissions: Field<String>,
    /// `name` (if not given), `worst` or `changed`
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    sort: Field<String>,
    /// The `next` of the page before
    #[param(value_type = Option<String>, nullable = false)]
    #[serde(default)]
    after: Field<String>,
    /// How many on a page
    #[param(value_type = Option<u32>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    #[serde(default)]
    limit: Field<String>,
}

impl Input for Filter {
    type Parsed = ListQuery;

    fn parse(self, errors: &mut Errors) -> Option<ListQuery> {
        let most = u32::try_from(MOST).unwrap_or(u32::MAX);
        Some(ListQuery {
            q: errors.optional("q", self.q).unwrap_or_default(),
            health: errors.parsed("health", self.health),
            app: errors.optional("app", self.app),
            scope: errors.parsed("scope", self.scope),
            permissions: errors.parsed("permissions", self.permissions),
            sort: errors
                .optional("sort", self.sort)
                .map_or(Sort::Name, |code| Sort::from_code(&code)),
            after: errors.optional("after", self.after),
            limit: errors
                .number("limit", self.limit, 1..=most)
                .unwrap_or(50)
                .into(),
        })
    }
}

/// Connections, a page at a time
#[utoipa::path(
    get, path = "/connections", operation_id = "listConnections", tag = "connections",
    params(Filter),
    responses((status = 200, body = Page<Connection>, description = "A page"), ListProblems)
)]
pub async fn list(
    Caller(actor): Caller,
    Query(wanted): Query<Filter>,
) -> Result<Json<Page<Connection>>, Problem> {
    let page = list::list(&actor, &wanted).await.map_err(|e| match e {
        ListError::BadCursor => {
            Problem::new(StatusCode::BAD_REQUEST, "invalid_parameter", e.to_string())
        }
        ListError::Internal(fault) => fault.into(),
    })?;
    Ok(Json(Page {
        items: page.rows.into_iter().map(Connection::from).collect(),
        next: page.next,
    }))
}

/// One connection
#[utoipa::path(
    get, path = "/connections/{app}/{subdomain}", operation_id = "getConnection",
    tag = "connections", params(AccountPath),
    responses((status = 200, body = ConnectionDetails, description = "The connection"), ConnectionProblems)
)]
pub async fn show(
    Caller(actor): Caller,
    Path(path): Path<AccountPath>,
) -> Result<Json<ConnectionDetails>, Problem> {
    let (account, _) = find(&actor, &path).await?;
    Ok(Json(account.into()))
}

/// Checks a connection now
#[utoipa::path(
    post, path = "/connections/{app}/{subdomain}/refresh", operation_id = "refreshConnection",
    tag = "connections", params(AccountPath),
    responses(
        (status = 200, body = ConnectionDetails, description = "The connection, whatever its health turned out to be"),
        RefreshProblems
    )
)]
pub async fn refresh(
    Caller(actor): Caller,
    State(state): State<AppState>,
    Path(path): Path<AccountPath>,
) -> Result<Json<ConnectionDetails>, Problem> {
    let (_, subdomain) = find(&actor, &path).await?;
    let (asking, app) = (actor.clone(), path.app.clone());
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
    Ok(Json(account.into()))
}

/// Revokes the tokens at Gorgias, if it answers, and deletes them
#[utoipa::path(
    delete, path = "/connections/{app}/{subdomain}", operation_id = "disconnect",
    tag = "connections", params(AccountPath),
    responses((status = 200, body = Revoked, description = "The tokens are forgotten"), ConnectionProblems)
)]
pub async fn disconnect(
    Caller(actor): Caller,
    State(state): State<AppState>,
    Path(AccountPath { app, subdomain }): Path<AccountPath>,
) -> Result<Json<Revoked>, Problem> {
    let subdomain: Subdomain = subdomain.parse().map_err(|_| Problem::not_found())?;
    let ended = state
        .to_its_end(async move { disconnect::disconnect(&actor, &app, &subdomain).await })
        .await?;
    match ended {
        Ok(ended) => Ok(Json(Revoked {
            revoked_upstream: matches!(ended, Disconnected::Now { confirmed: true }),
        })),
        Err(DisconnectError::NotFound) => Err(Problem::not_found()),
        Err(DisconnectError::Forbidden(forbidden)) => Err(forbidden.into()),
        Err(DisconnectError::Internal(fault)) => Err(fault.into()),
    }
}

/// The connection that a path names.
pub async fn find(actor: &Actor, path: &AccountPath) -> Result<(Account, Subdomain), Problem> {
    let subdomain: Subdomain = path.subdomain.parse().map_err(|_| Problem::not_found())?;
    let account = show::show(actor, &path.app, &subdomain)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok((account, subdomain))
}
