//! The redirect to Gorgias, wherever an authorization is begun.

use super::cookies as authorizations;
use crate::{cookies, redirect::see_other};
use axum::{
    http::{HeaderMap, header::SET_COOKIE},
    response::Response,
};
use service::{Services, connections::authorize::Begun};

/// Redirects to Gorgias and sets the authorization's cookie, and the browser's
/// secret if there is none yet. Only that browser is shown the result.
pub fn to_gorgias(headers: &HeaderMap, services: &Services, begun: &Begun) -> Response {
    let mut response = see_other(begun.url.as_str());
    let set = response.headers_mut();
    let (_, browser) = cookies::browser_or_new(headers, services);
    for cookie in authorizations::keep(headers, services, &begun.cookie)
        .into_iter()
        .chain(browser)
    {
        set.append(SET_COOKIE, cookie);
    }
    response
}
