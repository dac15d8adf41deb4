//! From a request to a response: the one way in which pages are made.

use crate::{context::PageContext, csp, routes::App, shell};
use axum::{
    body::{Body, to_bytes},
    http::{
        HeaderValue, Request, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::*,
};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use std::sync::{Arc, OnceLock};

/// Renders the page of the request's path. For a POST whose path is no page,
/// the caller puts the path of the page to show into `parts.uri` first.
///
/// Nothing is streamed: status and headers are right, and the page is whole.
/// A path without a page gives the page for things that aren't there, with 404.
pub async fn render(parts: Parts, context: PageContext) -> Response {
    let nonce = Arc::new(OnceLock::new());
    let options = context.options.clone();
    let seen = nonce.clone();
    let handler = render_app_async_with_context(
        move || {
            if let Some(nonce) = use_nonce() {
                let _ = seen.set(nonce);
            }
            provide_context(context.theme);
            csp::own_forms();
            if let Some(response) = use_context::<ResponseOptions>() {
                response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                if context.form.as_ref().is_some_and(|form| form.failed()) {
                    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
                }
            }
            provide_context(context.clone());
        },
        move || shell::document(options.clone(), view! { <App/> }),
    );
    let response = handler(Request::from_parts(parts, Body::empty())).await;
    whole(response, nonce.get()).await
}

/// Collects the body, and gives the preloaded script the nonce that Leptos
/// leaves out; the policy would refuse it otherwise.
async fn whole(response: Response, nonce: Option<&Nonce>) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let html = String::from_utf8_lossy(&bytes);
    let html = match nonce {
        Some(nonce) => html.replace(
            &format!(" crossorigin=\"{nonce}\""),
            &format!(" crossorigin nonce=\"{nonce}\""),
        ),
        None => html.into_owned(),
    };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(html))
}
