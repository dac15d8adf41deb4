//! `/r/{token}`: the button behind a reconnect link.

use crate::{
    failure::Failure,
    oauth::to_gorgias,
    pages::{Form, Posted},
};
use axum::{extract::Path, http::StatusCode, response::Response};
use secrecy::SecretString;
use service::{
    connections::{
        authorize::{self, BeginError},
        links,
    },
    core::error::FieldError,
};

const FORM: Form = Form::new("reconnect", &[]);

/// Notes that somebody has the page before them: its script says so once the
/// page is visible. Looking alone counts nothing, since mail scanners, link
/// previews and prefetching browsers look as well.
pub async fn opened(Path(token): Path<String>, posted: Posted) -> Result<StatusCode, Failure> {
    let services = &posted.visitor.state.services;
    links::mark_opened(services, &SecretString::from(token)).await?;
    // The same for links that can't be used: nobody learns which there are.
    Ok(StatusCode::NO_CONTENT)
}

/// Begins the authorization that the link is for. Only here, and not when the
/// page is looked at, a state comes into being. Pressing the button is opening
/// the link, too, where no script said it.
pub async fn continue_to_gorgias(
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let services = &posted.visitor.state.services;
    let page = posted.parts.uri.path().to_owned();
    let token = SecretString::from(token);
    links::mark_opened(services, &token).await?;
    let begun = authorize::begin_with_link(services, &token).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, services, &begun),
        Err(BeginError::Internal(fault)) => return Err(fault.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", error.to_string())];
            posted.rerender_with_errors(&page, &FORM, errors).await
        }
    })
}
