//! Shows a client secret to a person who enters their password again.

use crate::{
    failure::Failure,
    pages::{Answered, Form, PostedForm, apps::find},
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, http::StatusCode, response::Response};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    apps::secrets::reveal::{self, RevealError},
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
};

const FORM: Form = Form::new("app_reveal", &[]);

/// The password, to prove that it is still the person who signed in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Password {
    password: Field<SecretString>,
}

impl Input for Password {
    type Parsed = SecretString;

    fn parse(self, errors: &mut Errors) -> Option<SecretString> {
        Some(errors.secret("password", self.password))
    }
}

/// Redirects to the page that shows the secret.
pub async fn show(
    Path((tenant, app)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Password>,
) -> Result<Response, Answered> {
    let page = Address::Reveal {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &FORM).await?;
    let password = posted.parse(fields, &page, &FORM).await?;
    let error = match reveal::reveal(&actor, app.id, &password).await {
        Ok(secret) => {
            let outcome = FormOutcome::SecretShown;
            return posted.done_showing(&page, "", outcome, secret).await;
        }
        Err(error) => error,
    };
    let text = error.to_string();
    let (field, status) = match error {
        RevealError::Forbidden(_) => return Ok(posted.forbidden(&page, &FORM).await),
        RevealError::NotFound => return Ok(posted.not_found().await),
        RevealError::Internal(fault) => return Err(fault.into()),
        RevealError::WrongPassword => ("password", StatusCode::UNPROCESSABLE_ENTITY),
        RevealError::Wait(_) => ("password", StatusCode::TOO_MANY_REQUESTS),
        RevealError::NotRecorded(fault) => {
            Failure::from(fault).log();
            ("", StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    let errors = vec![FieldError::new(field, text)];
    let mut response = posted.rerender_with_errors(&page, &FORM, errors).await;
    *response.status_mut() = status;
    Ok(response)
}
