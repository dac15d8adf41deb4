//! `/oauth/{app}/install?account={subdomain}`: “Connect app” in the helpdesk
//! sends the customer's browser here, and it goes on to Gorgias at once.

use super::{departure::to_gorgias, glance, parameters};
use crate::{failure::Failure, state::AppState, visitor::Visitor};
use app::{address::Address, form_state::FormState};
use axum::{
    extract::{FromRequestParts, Path, Request, State},
    http::{Method, Uri, request::Parts},
    response::Response,
};
use domain::{
    ids::AppId,
    subdomain::{Subdomain, SubdomainError},
};
use serde::Deserialize;
use service::{
    connections::authorize::{self, BeginError},
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

/// The parameters of the “Connect app” address.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    account: Field<String>,
}

impl Input for Parameters {
    type Parsed = String;

    fn parse(self, errors: &mut Errors) -> Option<String> {
        errors.optional("account", self.account)
    }
}

/// Begins an authorization. No sign-in is needed, and nothing is stored.
pub async fn install(
    State(state): State<AppState>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    if let Some(answer) = glance::answer(&parts.method, &parts.headers) {
        return Ok(answer);
    }
    let Ok(app) = app.parse::<AppId>() else {
        return not_found(parts, &state).await;
    };
    // An account that is given twice counts as missing.
    let typed = parameters::<Parameters>(&parts).unwrap_or_default();
    let account = match account(&typed) {
        Ok(account) => account,
        Err(error) => return which_account(parts, &state, app, &typed, error).await,
    };
    match authorize::begin_install(&state.services, app, &account).await {
        Ok(begun) => Ok(to_gorgias(&parts.headers, &state.services, &begun)),
        Err(BeginError::Internal(fault)) => Err(fault.into()),
        Err(BeginError::Address(error)) => Err(error.into()),
        Err(BeginError::NoAccount(error)) => which_account(parts, &state, app, &typed, error).await,
        Err(BeginError::NotFound | BeginError::Forbidden(_) | BeginError::LinkGone(_)) => {
            not_found(parts, &state).await
        }
    }
}

/// Gorgias sends only the name; a person may paste an address.
fn account(typed: &str) -> Result<Subdomain, SubdomainError> {
    let named = if typed.contains(".gorgias.com") {
        Subdomain::from_typed(typed)
    } else {
        typed.trim_matches(' ').parse()
    };
    named.and_then(Subdomain::not_reserved)
}

async fn not_found(mut parts: Parts, state: &AppState) -> Result<Response, Failure> {
    let visitor = Visitor::from_request_parts(&mut parts, state).await?;
    Ok(app::render(parts, visitor.context(None, None)).await)
}

/// The page that asks for the account, with the typed value.
async fn which_account(
    mut parts: Parts,
    state: &AppState,
    app: AppId,
    typed: &str,
    error: SubdomainError,
) -> Result<Response, Failure> {
    let visitor = Visitor::from_request_parts(&mut parts, state).await?;
    parts.method = Method::GET;
    parts.uri = Uri::from_static(Address::WHICH_ACCOUNT.0);
    let shown: String = typed
        .chars()
        .take(100)
        .filter(|c| !c.is_control())
        .collect();
    let errors = match error {
        // Nothing was typed yet: the address had no account.
        SubdomainError::Empty => Vec::new(),
        error => vec![FieldError::new("account", error.to_string())],
    };
    let form = FormState {
        action: "account",
        values: vec![
            ("app".to_owned(), app.to_string()),
            ("account".to_owned(), shown),
        ],
        errors,
        ..FormState::default()
    };
    Ok(app::render(parts, visitor.context(Some(form), None)).await)
}
