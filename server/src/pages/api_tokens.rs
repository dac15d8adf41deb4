//! API tokens: make, revoke.

use crate::pages::{Answered, Form, Posted, sentence};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{
    role::{NotARole, Role},
    time::Span,
};
use service::{
    api_tokens::{
        self, CreateApiTokenError, Networks, NewApiToken, NoNetworks, RevokeApiTokenError, Revoked,
    },
    apps,
    core::error::FieldError,
};

pub(super) const FORM: Form =
    Form::new("api_token", &["name", "role", "app", "expires", "networks"]).kept();
const REVOKE: Form = Form::new("api_token_revoke", &[]);

/// Makes a token, which the page shows for two minutes.
pub async fn create(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = Address::ApiTokens { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &FORM).await?;
    posted.first(&page).await?;
    let mut errors = Vec::new();
    let role: Result<Role, NotARole> = posted.text("role").parse();
    let role = role.map_err(|e| errors.push(FieldError::new("role", sentence(&e.to_string()))));
    let app = match posted.text("app") {
        "" => None,
        app => {
            let found = apps::list::one(&actor, app).await;
            let app = posted.looked(found).await?.map(|app| app.id);
            if app.is_none() {
                errors.push(FieldError::new("app", "There is no such app."));
            }
            app
        }
    };
    let expires_in = match posted.text("expires") {
        "" => None,
        days => {
            let days = days.parse().ok().filter(|days| (1..=3_650).contains(days));
            if days.is_none() {
                errors.push(FieldError::new("expires", "Choose one of these."));
            }
            days.map(Span::days)
        }
    };
    let networks: Result<Networks, NoNetworks> = posted.text("networks").parse();
    let networks =
        networks.map_err(|e| errors.push(FieldError::new("networks", sentence(&e.to_string()))));
    let (Ok(role), Ok(networks), true) = (role, networks, errors.is_empty()) else {
        return Ok(posted.rerender_with_errors(&page, &FORM, errors).await);
    };
    let new = NewApiToken {
        name: posted.text("name").to_owned(),
        role,
        app,
        expires_in,
        networks,
    };
    match api_tokens::create(&actor, new).await {
        Ok(token) => {
            let outcome = FormOutcome::TokenMade;
            posted.done_showing(&page, "#made", outcome, token).await
        }
        Err(CreateApiTokenError::Forbidden(_)) => Ok(posted.forbidden(&page, &FORM).await),
        Err(CreateApiTokenError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(&page, &FORM, errors).await)
        }
        Err(CreateApiTokenError::NoTenant(_)) => Ok(posted.not_found().await),
        Err(CreateApiTokenError::Internal(fault)) => Err(fault.into()),
    }
}

/// Ends a token for good.
pub async fn revoke(
    Path((tenant, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::ApiTokens { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &REVOKE).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    let outcome = match api_tokens::revoke(&actor, id).await {
        Ok(Revoked::Now) => FormOutcome::TokenRevoked,
        Ok(Revoked::Before(at)) => FormOutcome::TokenRevokedBefore { at },
        Err(RevokeApiTokenError::Forbidden(_)) => {
            return Ok(posted.forbidden(&page, &REVOKE).await);
        }
        Err(RevokeApiTokenError::NotFound) => return Ok(posted.not_found().await),
        Err(RevokeApiTokenError::Internal(fault)) => return Err(fault.into()),
    };
    posted.done(&page, outcome).await
}
