//! `/r/{token}`: the button behind a reconnect link.

use crate::{
    failure::Failure,
    oauth::to_gorgias,
    pages::{Posted, sentence},
};
use axum::{extract::Path, response::Response};
use secrecy::SecretString;
use service::{
    connections::authorize::{self, BeginError},
    error::FieldError,
};

/// Begins the authorization that the link is for. Only here, and not when the
/// page is looked at, a state comes into being: mail scanners open links, too.
pub async fn continue_to_gorgias(
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let services = &posted.visitor.state.services;
    let page = posted.parts.uri.path().to_owned();
    let begun = authorize::begin_with_link(services, &SecretString::from(token)).await;
    Ok(match begun {
        Ok(begun) => to_gorgias(&posted.parts.headers, services, &begun),
        Err(BeginError::Fault(fault)) => return Err(fault.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", sentence(&error.to_string()))];
            posted.again(&page, "reconnect", Vec::new(), errors).await
        }
    })
}
