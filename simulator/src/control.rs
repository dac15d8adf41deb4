//! The control API: all functions of the library, as JSON below `/_control/`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::AccountHandle;
use crate::address::is_subdomain;
use crate::behaviour::patched;
use crate::bulk;
use crate::faults::{Endpoint, Fault};
use crate::issue::Granted;
use crate::log::LoggedRequest;
use crate::mailbox;
use crate::panel;
use crate::state::{Account, App, Shared};

type Control = State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mails = shared.mails.clone().map(mailbox::routes);
    Router::new()
        .route("/_control/health", get(health))
        .route("/_control/apps", get(list_apps).post(register_app))
        .route("/_control/accounts", get(list_accounts))
        .route(
            "/_control/accounts/{subdomain}",
            get(show_account).patch(patch_account).post(patch_account),
        )
        .route(
            "/_control/accounts/{subdomain}/deactivate",
            post(deactivate),
        )
        .route(
            "/_control/accounts/{subdomain}/reactivate",
            post(reactivate),
        )
        .route("/_control/accounts/{subdomain}/reset", post(reset))
        .route("/_control/accounts/{subdomain}/faults", post(add_fault))
        .route("/_control/accounts/{subdomain}/hold", post(hold))
        .route("/_control/accounts/{subdomain}/release", post(release))
        .route("/_control/accounts/{subdomain}/grants", post(grant))
        .route("/_control/accounts/{subdomain}/accepts", post(accepts))
        .route("/_control/defaults", patch(patch_defaults))
        .route("/_control/everywhere", post(fail_everywhere))
        .route("/_control/clock", get(clock).post(move_clock))
        .route("/_control/log", get(log).delete(clear_log))
        .merge(bulk::routes())
        .merge(panel::routes())
        .with_state(shared)
        .merge(mails.unwrap_or_default())
}

/// An error with its reason in plain words.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn unprocessable(error: &impl ToString) -> Refused {
    Refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}

fn handle(shared: Arc<Shared>, subdomain: String) -> Result<AccountHandle, Refused> {
    if is_subdomain(&subdomain) {
        shared.state().account(&subdomain);
        Ok(AccountHandle { shared, subdomain })
    } else {
        let text = format!("{subdomain} is no name of an account");
        Err(Refused(StatusCode::UNPROCESSABLE_ENTITY, text))
    }
}

fn described(subdomain: &str, account: &Account) -> Value {
    let grants: Vec<Value> = account
        .grants
        .iter()
        .map(|(number, grant)| {
            json!({"grant": number, "client_id": grant.client_id, "scope": grant.scope,
                   "ended": grant.ended})
        })
        .collect();
    json!({"subdomain": subdomain, "active": account.active, "grants": grants,
           "held": account.holds.keys().collect::<Vec<_>>(),
           "behaviour": account.behaviour})
}

async fn health(State(shared): Control) -> Json<Value> {
    Json(json!({"status": "ok", "url_template": shared.address.template()}))
}

async fn list_apps(State(shared): Control) -> Json<Value> {
    let state = shared.state();
    let apps: Vec<Value> = state
        .apps
        .values()
        .map(|app| {
            json!({"client_id": app.client_id, "redirect_uris": app.redirect_uris,
                   "install_url": app.install_url, "basic_encoding": app.basic_encoding})
        })
        .collect();
    Json(json!({"items": apps}))
}

async fn register_app(State(shared): Control, Json(app): Json<App>) -> (StatusCode, Json<Value>) {
    let client_id = app.client_id.clone();
    shared.state().apps.insert(client_id.clone(), app);
    (StatusCode::CREATED, Json(json!({"client_id": client_id})))
}

async fn list_accounts(State(shared): Control) -> Json<Value> {
    let state = shared.state();
    let items: Vec<Value> = state
        .accounts
        .iter()
        .map(|(subdomain, account)| described(subdomain, account))
        .collect();
    Json(json!({"items": items}))
}

async fn show_account(
    State(shared): Control,
    Path(subdomain): Path<String>,
) -> Result<Json<Value>, Refused> {
    let state = shared.state();
    let account = state.accounts.get(&subdomain).ok_or_else(|| {
        let text = format!("there is no account {subdomain}");
        Refused(StatusCode::NOT_FOUND, text)
    })?;
    Ok(Json(described(&subdomain, account)))
}

async fn patch_account(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Json(patch): Json<Value>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    account
        .patch(&patch)
        .map_err(|error| unprocessable(&error))?;
    Ok(shown(&account))
}

fn shown(account: &AccountHandle) -> Json<Value> {
    let mut state = account.shared.state();
    let described = described(&account.subdomain, state.account(&account.subdomain));
    Json(described)
}

#[derive(Deserialize)]
struct OneApp {
    client_id: Option<String>,
}

async fn deactivate(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Query(only): Query<OneApp>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    match only.client_id {
        Some(client_id) => account.deactivate_app(&client_id),
        None => account.deactivate(),
    };
    Ok(shown(&account))
}

#[derive(Deserialize)]
struct Revive {
    #[serde(default)]
    grants: bool,
}

async fn reactivate(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Query(revive): Query<Revive>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    if revive.grants {
        account.reactivate_with_grants();
    } else {
        account.reactivate();
    }
    Ok(shown(&account))
}

async fn reset(
    State(shared): Control,
    Path(subdomain): Path<String>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    account.reset_behaviour();
    Ok(shown(&account))
}

#[derive(Deserialize)]
struct NewFault {
    endpoint: Endpoint,
    fault: Fault,
    #[serde(default)]
    always: bool,
}

async fn add_fault(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Json(new): Json<NewFault>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    if new.always {
        account.fail_always(new.endpoint, new.fault);
    } else {
        account.fail_once(new.endpoint, new.fault);
    }
    Ok(shown(&account))
}

#[derive(Deserialize)]
struct OneEndpoint {
    endpoint: Endpoint,
}

async fn hold(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Json(at): Json<OneEndpoint>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    account.hold(at.endpoint);
    Ok(shown(&account))
}

async fn release(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Json(at): Json<OneEndpoint>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    account.release(at.endpoint);
    Ok(shown(&account))
}

#[derive(Deserialize)]
struct NewGrant {
    client_id: String,
    scope: String,
}

async fn grant(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Json(new): Json<NewGrant>,
) -> Result<Json<Granted>, Refused> {
    Ok(Json(
        handle(shared, subdomain)?.grant(&new.client_id, &new.scope),
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Token {
    AccessToken(String),
    RefreshToken(String),
}

async fn accepts(
    State(shared): Control,
    Path(subdomain): Path<String>,
    Json(token): Json<Token>,
) -> Result<Json<Value>, Refused> {
    let account = handle(shared, subdomain)?;
    let accepted = match token {
        Token::AccessToken(token) => account.accepts_access_token(&token),
        Token::RefreshToken(token) => account.accepts_refresh_token(&token),
    };
    Ok(Json(json!({"accepted": accepted})))
}

async fn patch_defaults(
    State(shared): Control,
    Json(patch): Json<Value>,
) -> Result<Json<Value>, Refused> {
    let mut state = shared.state();
    state.defaults = patched(&state.defaults, &patch).map_err(|error| unprocessable(&error))?;
    Ok(Json(json!(state.defaults)))
}

#[derive(Deserialize)]
struct Everywhere {
    endpoint: Endpoint,
    fault: Option<Fault>,
}

async fn fail_everywhere(State(shared): Control, Json(new): Json<Everywhere>) -> StatusCode {
    let mut state = shared.state();
    match new.fault {
        Some(fault) => state.everywhere.insert(new.endpoint, fault),
        None => state.everywhere.remove(&new.endpoint),
    };
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Move {
    AdvanceSeconds(u64),
    Set(i64),
    Freeze(i64),
    CodeLifetimeSeconds(u64),
}

async fn clock(State(shared): Control) -> Json<Value> {
    Json(json!({"now": shared.clock.now()}))
}

async fn move_clock(State(shared): Control, Json(how): Json<Move>) -> Json<Value> {
    match how {
        Move::AdvanceSeconds(by) => shared.clock.advance(Duration::from_secs(by)),
        Move::Set(at) => shared.clock.set(at),
        Move::Freeze(at) => shared.clock.freeze(at),
        Move::CodeLifetimeSeconds(seconds) => {
            shared.state().code_lifetime = Duration::from_secs(seconds);
        }
    }
    clock(State(shared)).await
}

#[derive(Deserialize)]
struct LogFilter {
    account: Option<String>,
    endpoint: Option<Endpoint>,
}

async fn log(State(shared): Control, Query(filter): Query<LogFilter>) -> Json<Value> {
    let items = shared.log.matching(|entry: &LoggedRequest| {
        (filter.account.is_none() || entry.account == filter.account)
            && (filter.endpoint.is_none() || entry.endpoint == filter.endpoint)
    });
    Json(json!({"items": items}))
}

async fn clear_log(State(shared): Control) -> StatusCode {
    shared.log.clear();
    shared.in_flight.clear();
    StatusCode::NO_CONTENT
}
