//! API tokens: make, rotate, revoke.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{
    permission::Permission,
    request_rate::{MOST_AT_ONCE, MOST_PER_SECOND, RequestRate},
    role::Role,
    time::Span,
};
use serde::Deserialize;
use service::{
    api_tokens::{
        self, CreateApiTokenError, Networks, NewApiToken, Overlap, RevokeApiTokenError, Revoked,
        RotateApiTokenError,
    },
    apps,
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

pub(super) const FORM: Form = Form::new(
    "api_token",
    &[
        "name", "role", "app", "expires", "networks", "rate", "burst",
    ],
)
.kept();
const ROTATE: Form = Form::new("api_token_rotate", &["overlap"]);
const END_OLD: Form = Form::new("api_token_end_old", &[]);
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
    rate: Field<String>,
    burst: Field<String>,
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
        let rate = rate(errors, self.rate, self.burst);
        let new = NewApiToken {
            name,
            role: role.ok()?,
            app: None,
            expires_in,
            networks: networks.ok()?,
            rate: rate?,
        };
        Some((new, app))
    }
}

/// Two numbers; a field that is empty means the usual one.
fn rate(errors: &mut Errors, rate: Field<String>, burst: Field<String>) -> Option<RequestRate> {
    let per_second = errors.number("rate", rate, 1..=MOST_PER_SECOND);
    let burst = errors.number("burst", burst, 1..=MOST_AT_ONCE);
    RequestRate::of(per_second, burst)
        .map_err(|error| errors.add("burst", error.to_string()))
        .ok()
}

/// The field of the form for another secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RotateFields {
    overlap: Field<String>,
}

impl Input for RotateFields {
    type Parsed = Overlap;

    fn parse(self, errors: &mut Errors) -> Option<Overlap> {
        let overlap = errors.text("overlap", self.overlap).parse::<Overlap>();
        overlap
            .map_err(|error| errors.add("overlap", error.to_string()))
            .ok()
    }
}

/// Gives a token another secret, which the page shows for two minutes.
pub async fn rotate(
    Path((tenant, id)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<RotateFields>,
) -> Result<Response, Answered> {
    let page = Address::ApiTokens { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &ROTATE).await?;
    let may = Permission::ManageApiTokens;
    let confirmed = posted.member_confirmed(&actor, may, &page, &ROTATE);
    let confirmed = confirmed.await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    posted.first(&page).await?;
    let overlap = posted.parse(fields, &page, &ROTATE).await?;
    match api_tokens::rotate(&actor, &confirmed, id, overlap).await {
        Ok(rotated) => {
            let outcome = FormOutcome::TokenRotated {
                name: rotated.name,
                old_until: rotated.old_works_until,
            };
            let secret = rotated.secret;
            posted.done_showing(&page, "#made", outcome, secret).await
        }
        Err(error) => refused(&posted, &page, &ROTATE, error).await,
    }
}

/// Ends the old secret of a token.
pub async fn end_old(
    Path((tenant, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::ApiTokens { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &END_OLD).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    match api_tokens::end_old_secret(&actor, id).await {
        Ok(()) => posted.done(&page, FormOutcome::OldTokenEnded).await,
        Err(error) => refused(&posted, &page, &END_OLD, error).await,
    }
}

async fn refused(
    posted: &Posted,
    page: &str,
    form: &Form,
    error: RotateApiTokenError,
) -> Result<Response, Answered> {
    match error {
        RotateApiTokenError::Forbidden(_) => Ok(posted.forbidden(page, form).await),
        RotateApiTokenError::NotFound | RotateApiTokenError::NoTenant(_) => {
            Ok(posted.not_found().await)
        }
        error @ (RotateApiTokenError::Over | RotateApiTokenError::OldSecretWorks(_)) => {
            let errors = vec![FieldError::new("", error.to_string())];
            Ok(posted.rerender_with_errors(page, form, errors).await)
        }
        RotateApiTokenError::Internal(fault) => Err(fault.into()),
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
