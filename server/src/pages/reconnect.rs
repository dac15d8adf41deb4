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

/// Notes that a person sees the page: its script says so once the page is visible.
/// A request alone is no proof, since mail scanners, link previews and prefetching
/// browsers make one, too.
pub async fn opened(Path(token): Path<String>, posted: Posted) -> Result<StatusCode, Failure> {
    let services = &posted.visitor.state.services;
    links::mark_opened(services, &SecretString::from(token)).await?;
    // The answer is the same for links that can't be used, so that it doesn't tell
    // which links exist.
    Ok(StatusCode::NO_CONTENT)
}

/// Begins the authorization of the link. The state is made here and not when the
/// page is shown. Pressing the button counts as opening the link, too, for browsers
/// without scripts.
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
