//! Shows a client secret to a person who confirmed that it is still them.

use crate::{
    failure::Failure,
    pages::{Answered, Form, Posted, apps::find},
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, http::StatusCode, response::Response};
use domain::permission::Permission;
use service::{
    apps::secrets::reveal::{self, RevealError},
    core::error::FieldError,
};

const FORM: Form = Form::new("app_reveal", &[]);

/// Redirects to the page that shows the secret.
pub async fn show(
    Path((tenant, app)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::Reveal {
        tenant: &tenant,
        app: &app,
    }
    .to_string();
    let (actor, app) = find(&posted, &tenant, &app, &page, &FORM).await?;
    let may = Permission::ManageApps;
    let confirmed = posted.member_confirmed(&actor, may, &page, &FORM).await?;
    let error = match reveal::reveal(&actor, &confirmed, app.id).await {
        Ok(secret) => {
            let outcome = FormOutcome::SecretShown;
            return posted.done_showing(&page, "", outcome, secret).await;
        }
        Err(error) => error,
    };
    let text = error.to_string();
    let status = match error {
        RevealError::Forbidden(_) => return Ok(posted.forbidden(&page, &FORM).await),
        RevealError::NotFound => return Ok(posted.not_found().await),
        RevealError::Internal(fault) => return Err(fault.into()),
        RevealError::NotRecorded(fault) => {
            Failure::from(fault).log();
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    let errors = vec![FieldError::new("", text)];
    let mut response = posted.rerender_with_errors(&page, &FORM, errors).await;
    *response.status_mut() = status;
    Ok(response)
}
