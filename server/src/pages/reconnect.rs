//! `/r/{token}`: the button behind a reconnect link.

use crate::{
    cookies,
    failure::Failure,
    pages::{Posted, see_other, sentence},
};
use axum::{
    extract::Path,
    http::{HeaderValue, header::SET_COOKIE},
    response::Response,
};
use secrecy::SecretString;
use service::{
    connections::authorize::{self, BeginError},
    error::FieldError,
};
use url::Url;

/// Begins the authorization that the link is for. Only here, and not when the
/// page is looked at, a state comes into being: mail scanners open links, too.
pub async fn continue_to_gorgias(
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let services = &posted.visitor.state.services;
    let page = posted.parts.uri.path().to_owned();
    let (browser, cookie) = cookies::browser_or_new(&posted.parts.headers, services);
    let begun = authorize::begin_with_link(services, &SecretString::from(token), &browser).await;
    Ok(match begun {
        Ok(url) => to_gorgias(&url, cookie),
        Err(BeginError::Fault(fault)) => return Err(fault.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", sentence(&error.to_string()))];
            posted.again(&page, "reconnect", Vec::new(), errors).await
        }
    })
}

/// To Gorgias, with the browser's secret if it is new.
pub fn to_gorgias(url: &Url, cookie: Option<HeaderValue>) -> Response {
    let mut response = see_other(url.as_str());
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
