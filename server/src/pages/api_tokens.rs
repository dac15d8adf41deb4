//! API tokens: make, revoke.

use crate::pages::{Answered, Posted, see_other, sentence};
use axum::{extract::Path, response::Response};
use domain::{
    role::{NotARole, Role},
    time::Span,
};
use service::{
    api_tokens::{
        self, CreateApiTokenError, Networks, NewApiToken, NoNetworks, RevokeApiTokenError,
    },
    apps,
    error::FieldError,
};

const ACTION: &str = "api_token";

/// Makes a token and shows it this once.
pub async fn create(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = format!("/t/{tenant}/api-tokens");
    let actor = posted.member(&tenant, &page).await?;
    let mut errors = Vec::new();
    let role: Result<Role, NotARole> = posted.text("role").parse();
    let role = role.map_err(|e| errors.push(FieldError::new("role", sentence(&e.to_string()))));
    let app = match posted.text("app") {
        "" => None,
        app => {
            let app = apps::list::one(&actor, app).await?.map(|app| app.id);
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
    let values = posted.values(&["name", "role", "app", "expires", "networks"]);
    let (Ok(role), Ok(networks), true) = (role, networks, errors.is_empty()) else {
        return Ok(posted.again(&page, ACTION, values, errors).await);
    };
    let new = NewApiToken {
        name: posted.text("name").to_owned(),
        role,
        app,
        expires_in,
        networks,
    };
    Ok(match api_tokens::create(&actor, new).await {
        Ok(token) => {
            let notice = "The token was made. Copy it now: it is not shown again.";
            posted.once(&page, ACTION, values, token, notice).await
        }
        Err(CreateApiTokenError::Forbidden(_)) => posted.forbidden(&page, ACTION).await,
        Err(CreateApiTokenError::Invalid(errors)) => {
            posted.again(&page, ACTION, values, errors).await
        }
        Err(CreateApiTokenError::NoTenant(_)) => posted.nothing_there().await,
        Err(CreateApiTokenError::Fault(fault)) => return Err(fault.into()),
    })
}

/// Ends a token for good.
pub async fn revoke(
    Path((tenant, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = format!("/t/{tenant}/api-tokens");
    let actor = posted.member(&tenant, &page).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.nothing_there().await);
    };
    Ok(match api_tokens::revoke(&actor, id).await {
        Ok(()) => see_other(&format!("{page}?done=revoked")),
        Err(RevokeApiTokenError::Forbidden(_)) => posted.forbidden(&page, "api_token_revoke").await,
        Err(RevokeApiTokenError::NotFound) => posted.nothing_there().await,
        Err(RevokeApiTokenError::Fault(fault)) => return Err(fault.into()),
    })
}
