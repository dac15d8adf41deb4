//! `/theme`: how pages look, kept in a cookie.

use crate::{cookies, own_path::own_path, pages::Posted, redirect::see_other};
use app::components::Theme;
use axum::{
    http::header::{REFERER, SET_COOKIE},
    response::Response,
};

/// Keeps the choice and goes back to the page.
pub async fn choose(posted: Posted) -> Response {
    let config = &posted.visitor.state.services.config;
    let theme = Theme::from_code(posted.text("theme"));
    let referer = posted
        .parts
        .headers
        .get(REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix(config.public_url.as_str()))
        .unwrap_or_default();
    let back = match posted.text("back") {
        "" => own_path(referer),
        back => own_path(back),
    };
    let mut response = see_other(back);
    if let Some(cookie) = cookies::theme(theme.code(), config) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
