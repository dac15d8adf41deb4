//! The way to Gorgias, from wherever an authorization is begun.

use super::cookies as authorizations;
use crate::{cookies, redirect::see_other};
use axum::{
    http::{HeaderMap, header::SET_COOKIE},
    response::Response,
};
use service::{Services, connections::authorize::Begun};

/// To Gorgias, with the cookie of the authorization, and the browser's secret if
/// it has none yet: that one shows the result.
pub fn to_gorgias(headers: &HeaderMap, services: &Services, begun: &Begun) -> Response {
    let mut response = see_other(begun.url.as_str());
    let set = response.headers_mut();
    let (_, browser) = cookies::browser_or_new(headers, services);
    for cookie in authorizations::keep(headers, services, begun)
        .into_iter()
        .chain(browser)
    {
        set.append(SET_COOKIE, cookie);
    }
    response
}
