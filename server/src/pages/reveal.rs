//! Showing a client secret to a person who signs in again.

use crate::{
    failure::Failure,
    pages::{Answered, Posted, apps::find, sentence},
};
use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header::REFRESH},
    response::Response,
};
use service::{
    apps::secrets::reveal::{self, RevealError, SHOWN_FOR},
    error::FieldError,
};

const ACTION: &str = "app_reveal";

/// Shows it in this one answer.
pub async fn show(
    Path((tenant, app)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = format!("/t/{tenant}/apps/{app}/reveal");
    let (actor, app) = find(&posted, &tenant, &app, &page).await?;
    let password = posted.secret("password");
    let error = match reveal::reveal(&actor, app.id, &password).await {
        Ok(secret) => {
            let mut response = posted.once(&page, ACTION, Vec::new(), secret, "").await;
            // In the header rather than the page, so that it is there whatever
            // order the page's parts are made in.
            let leave = format!(
                "{};url=/t/{}/apps/{}",
                SHOWN_FOR.whole_seconds(),
                actor.tenant_slug,
                app.slug
            );
            match HeaderValue::try_from(leave) {
                Ok(leave) => response.headers_mut().insert(REFRESH, leave),
                Err(_) => return Ok(posted.nothing_there().await),
            };
            return Ok(response);
        }
        Err(error) => error,
    };
    let text = sentence(&error.to_string());
    let (field, status) = match error {
        RevealError::Forbidden(_) => return Ok(posted.forbidden(&page, ACTION).await),
        RevealError::NotFound => return Ok(posted.nothing_there().await),
        RevealError::Fault(fault) => return Err(fault.into()),
        RevealError::WrongPassword => ("password", StatusCode::UNPROCESSABLE_ENTITY),
        RevealError::NotRecorded(fault) => {
            Failure::from(fault).log();
            ("", StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    let errors = vec![FieldError::new(field, text)];
    let mut response = posted.again(&page, ACTION, Vec::new(), errors).await;
    *response.status_mut() = status;
    Ok(response)
}
