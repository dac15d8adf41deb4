//! API tokens: make, revoke.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{permission::Permission, role::Role, time::Span};
use serde::Deserialize;
use service::{
    api_tokens::{self, CreateApiTokenError, Networks, NewApiToken, RevokeApiTokenError, Revoked},
    apps,
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

pub(super) const FORM: Form =
    Form::new("api_token", &["name", "role", "app", "expires", "networks"]).kept();
const REVOKE: Form = Form::new("api_token_revoke", &[]);

/// The fields of the form for a token.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    name: Field<String>,
    role: Field<String>,
    app: Field<String>,
    expires: Field<String>,
    networks: Field<String>,
}

impl Input for Fields {
    /// The token, and the one app that it may see.
    type Parsed = (NewApiToken, Option<String>);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let name = errors.text("name", self.name);
        let role = errors.text("role", self.role).parse::<Role>();
        let role = role.map_err(|error| errors.add("role", error.to_string()));
        let app = errors.optional("app", self.app);
        let expires_in = errors.optional("expires", self.expires).and_then(|days| {
            let days = days.parse().ok().filter(|days| (1..=3_650).contains(days));
            if days.is_none() {
                errors.add("expires", "Choose one of these.");
            }
            days.map(Span::days)
        });
        let networks = errors.text("networks", self.networks).parse::<Networks>();
        let networks = networks.map_err(|error| errors.add("networks", error.to_string()));
        let new = NewApiToken {
            name,
            role: role.ok()?,
            app: None,
            expires_in,
            networks: networks.ok()?,
        };
        Some((new, app))
    }
}

/// Makes a token, which the page shows for two minutes.
pub async fn create(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let page = Address::ApiTokens { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &FORM).await?;
    let may = Permission::ManageApiTokens;
    let confirmed = posted.member_confirmed(&actor, may, &page, &FORM).await?;
    posted.first(&page).await?;
    let (mut new, app) = posted.parse(fields, &page, &FORM).await?;
    if let Some(app) = app {
        let found = posted.looked(apps::list::one(&actor, &app).await).await?;
        let Some(app) = found else {
            let errors = vec![FieldError::new("app", "There is no such app.")];
            return Ok(posted.rerender_with_errors(&page, &FORM, errors).await);
        };
        new.app = Some(app.id);
    }
    match api_tokens::create(&actor, &confirmed, new).await {
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

/// Revokes a token for good.
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
