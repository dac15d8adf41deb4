//! The panel: a page that shows what apps and accounts do, and breaks and mends them by a
//! click. It works without script.

mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use serde::Deserialize;

use crate::account::AccountHandle;
use crate::faults::{Endpoint, Fault, FaultKind, RetryAfter};
use crate::state::{End, Shared};
use view::{AccountRow, AppRow, Overview};

/// For how long accounts ask to wait that are told to, in seconds.
const WAIT: u64 = 60;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/panel", get(show).post(act))
}

/// Which accounts the panel lists.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    /// Part of an account's name.
    #[serde(default)]
    q: String,
    /// Only what is broken.
    #[serde(default)]
    only: Option<Only>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Only {
    Broken,
}

impl Wanted {
    /// The panel's address with the same list.
    fn address(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        if self.only == Some(Only::Broken) {
            query.append_pair("only", "broken");
        }
        match query.finish() {
            query if query.is_empty() => "/panel".to_owned(),
            query => format!("/panel?{query}"),
        }
    }
}

/// How an account, or all of them, answer token requests.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answers {
    Normally,
    WithErrors,
    Wait,
    Refuses,
    /// With a fault that the panel has no button for.
    Otherwise(String),
}

impl Answers {
    fn of(fault: Option<&Fault>) -> Self {
        match fault.map(|fault| &fault.kind) {
            None => Self::Normally,
            Some(FaultKind::ServerError) => Self::WithErrors,
            Some(FaultKind::TooManyRequests { .. }) => Self::Wait,
            Some(FaultKind::Answer { status: 401, .. }) => Self::Refuses,
            Some(other) => Self::Otherwise(kind(other)),
        }
    }

    /// The fault that has this answer, for those with a button.
    fn fault(&self) -> Option<Fault> {
        match self {
            Self::WithErrors => Some(Fault::server_error()),
            Self::Wait => Some(Fault::retry_after(RetryAfter::Seconds(WAIT))),
            Self::Refuses => Some(Fault::status(401)),
            Self::Normally | Self::Otherwise(_) => None,
        }
    }
}

/// The name of a kind of fault in the control API.
fn kind(kind: &FaultKind) -> String {
    let json = serde_json::to_value(kind).unwrap_or_default();
    json["kind"].as_str().unwrap_or("fault").to_owned()
}

/// A button of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    /// Every account answers token requests with errors.
    FailAll,
    /// Every account asks to wait.
    WaitAll,
    /// What was done to every account ends.
    AnswerAll,
    /// All faults end, of accounts and apps too.
    MendAll,
    /// The app's client secret is refused.
    RefuseApp,
    /// The app's client secret is taken again.
    AcceptApp,
    /// The account answers token requests with errors.
    Fail,
    /// The account asks to wait.
    Wait,
    /// The account refuses token requests with 401, whatever app asks.
    Refuse,
    /// The account answers again.
    Answer,
    /// The app is deactivated on the account.
    Deactivate,
    /// The app is active on the account again, with its old access.
    Reactivate,
}

/// What a button sends.
#[derive(Debug, Deserialize)]
struct Act {
    #[serde(rename = "do")]
    deed: Deed,
    #[serde(default)]
    account: String,
    #[serde(default)]
    app: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    only: Option<Only>,
}

async fn show(State(shared): State<Arc<Shared>>, Query(wanted): Query<Wanted>) -> Response {
    let page = view::page(&overview(&shared), &wanted, shared.mails.is_some());
    Html(page).into_response()
}

async fn act(State(shared): State<Arc<Shared>>, Form(act): Form<Act>) -> Response {
    let wanted = Wanted {
        q: act.q.clone(),
        only: act.only,
    };
    let place = match carry_out(&shared, &act) {
        Some(place) => place,
        None => return (StatusCode::NOT_FOUND, "There is no such app or account.").into_response(),
    };
    Redirect::to(&format!("{}{place}", wanted.address())).into_response()
}

/// Does it, and gives where on the page it shows; `None` if there is no such app or account.
fn carry_out(shared: &Arc<Shared>, act: &Act) -> Option<String> {
    let everywhere = |fault: Option<Fault>| {
        let mut state = shared.state();
        match fault {
            Some(fault) => state.everywhere.insert(Endpoint::Token, fault),
            None => state.everywhere.remove(&Endpoint::Token),
        };
    };
    let place = match act.deed {
        Deed::FailAll => {
            everywhere(Answers::WithErrors.fault());
            String::new()
        }
        Deed::WaitAll => {
            everywhere(Answers::Wait.fault());
            String::new()
        }
        Deed::AnswerAll => {
            everywhere(None);
            String::new()
        }
        Deed::MendAll => {
            everywhere(None);
            let mut state = shared.state();
            state.refused_clients.clear();
            for account in state.accounts.values_mut() {
                account.behaviour.faults.remove(&Endpoint::Token);
            }
            String::new()
        }
        Deed::RefuseApp | Deed::AcceptApp => {
            let mut state = shared.state();
            let app = state.apps.get(&act.app)?.client_id.clone();
            if act.deed == Deed::RefuseApp {
                state.refused_clients.insert(app);
            } else {
                state.refused_clients.remove(&app);
            }
            "#apps".to_owned()
        }
        Deed::Fail | Deed::Wait | Deed::Refuse | Deed::Answer => {
            let account = account(shared, &act.account)?;
            match act.deed {
                Deed::Fail => Answers::WithErrors.fault(),
                Deed::Wait => Answers::Wait.fault(),
                Deed::Refuse => Answers::Refuses.fault(),
                _ => None,
            }
            .map_or_else(
                || account.heal(Endpoint::Token),
                |fault| account.fail_always(Endpoint::Token, fault),
            );
            format!("#account-{}", act.account)
        }
        Deed::Deactivate | Deed::Reactivate => {
            let account = account(shared, &act.account)?;
            if act.deed == Deed::Deactivate {
                account.deactivate_app(&act.app);
            } else {
                account.reactivate_app(&act.app);
            }
            format!("#account-{}", act.account)
        }
    };
    Some(place)
}

/// The account, if it is there: a wrong name makes none.
fn account(shared: &Arc<Shared>, name: &str) -> Option<AccountHandle> {
    let known = shared.state().accounts.contains_key(name);
    known.then(|| AccountHandle {
        shared: Arc::clone(shared),
        subdomain: name.to_owned(),
    })
}

/// What there is to show.
fn overview(shared: &Shared) -> Overview {
    let state = shared.state();
    let apps = state.apps.values().map(|app| AppRow {
        client_id: app.client_id.clone(),
        refused: state.refused_clients.contains(&app.client_id),
        accounts: state
            .accounts
            .values()
            .filter(|account| {
                let mut grants = account.grants.values();
                grants.any(|grant| grant.client_id == app.client_id && grant.ended.is_none())
            })
            .count(),
    });
    let accounts = state.accounts.iter().map(|(subdomain, account)| {
        let fault = account.behaviour.faults.get(&Endpoint::Token);
        let mut apps: Vec<(String, Option<End>)> = Vec::new();
        // The newest grant of an app says how it is.
        for grant in account.grants.values().rev() {
            if !apps.iter().any(|(known, _)| *known == grant.client_id) {
                apps.push((grant.client_id.clone(), grant.ended));
            }
        }
        apps.sort_by(|a, b| a.0.cmp(&b.0));
        AccountRow {
            subdomain: subdomain.clone(),
            issuer: shared.address.issuer(subdomain),
            answers: Answers::of(fault.and_then(|plan| plan.always.as_ref())),
            held: !account.holds.is_empty(),
            apps,
        }
    });
    Overview {
        everywhere: Answers::of(state.everywhere.get(&Endpoint::Token)),
        apps: apps.collect(),
        accounts: accounts.collect(),
    }
}
