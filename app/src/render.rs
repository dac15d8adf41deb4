//! Renders the page of a request. All pages are made here.

use crate::{
    components::FormKeys, context::PageContext, csp, language::OfDocument, routes::App, shell,
};
use axum::{
    body::{Body, to_bytes},
    http::{
        HeaderValue, Request, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use domain::customer::Language;
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::*,
};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use std::sync::{Arc, OnceLock};

/// Renders the page of the request's path. For a POST whose path is no page, the
/// caller first puts the path of the page to show into `parts.uri`.
///
/// Nothing is streamed, so that status and headers are right and the page is
/// complete. An unknown path gives the page for things that don't exist, with 404.
pub async fn render(parts: Parts, context: PageContext) -> Response {
    // Leptos uses the current runtime; only the first call sets it.
    let _ = any_spawner::Executor::init_tokio();
    let nonce = Arc::new(OnceLock::new());
    let options = context.options.clone();
    let seen = nonce.clone();
    let language = OfDocument::default();
    let spoken = language.clone();
    let handler = render_app_async_with_context(
        move || {
            if let Some(nonce) = use_nonce() {
                let _ = seen.set(nonce);
            }
            provide_context(context.theme);
            provide_context(context.letters);
            provide_context(spoken.clone());
            csp::own_forms();
            if let Some(response) = use_context::<ResponseOptions>() {
                response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                if context.form.as_ref().is_some_and(|form| form.failed()) {
                    response.set_status(StatusCode::UNPROCESSABLE_ENTITY);
                }
            }
            if let Some(person) = &context.signed_in {
                provide_context(FormKeys {
                    random: context.services.random.clone(),
                    person: person.id,
                });
            }
            provide_context(context.clone());
        },
        move || shell::document(options.clone(), view! { <App/> }),
    );
    let response = handler(Request::from_parts(parts, Body::empty())).await;
    whole(response, nonce.get(), language.get()).await
}

/// Collects the body and corrects what Leptos leaves wrong.
async fn whole(response: Response, nonce: Option<&Nonce>, language: Language) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let html = tidy(&String::from_utf8_lossy(&bytes), nonce.map_or("", |n| n));
    let html = in_language(html, language);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(html))
}

/// Adds the nonce to the preloaded script, since the policy refuses it otherwise.
/// Leptos writes the data for islands after the end of the document: this moves it
/// into the document, or removes it from pages without islands.
fn tidy(html: &str, nonce: &str) -> String {
    const END: &str = "</body></html>";
    const ISLANDS: &str = "<script type=\"module\"";
    let html = html.replace(
        &format!(" crossorigin=\"{nonce}\""),
        &format!(" crossorigin nonce=\"{nonce}\""),
    );
    match html.split_once(END) {
        Some((page, data)) if page.contains(ISLANDS) => format!("{page}{data}{END}"),
        Some((page, _)) => format!("{page}{END}"),
        None => html,
    }
}

/// Names the language of the document, which a page finds out while it is rendered.
fn in_language(html: String, language: Language) -> String {
    match language {
        Language::English => html,
        other => {
            let named = format!("<html lang=\"{}\"", other.code());
            html.replacen("<html lang=\"en\"", &named, 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn data_for_islands_stays_with_them() {
        let end = "</body></html>";
        let data = "<script nonce=\"n\">__DATA=[]</script>";
        assert_eq!(
            tidy(&format!("<p>1</p>{end}{data}"), "n"),
            format!("<p>1</p>{end}")
        );
        let page = "<link rel=\"modulepreload\" crossorigin=\"n\"><script type=\"module\" nonce=\"n\"></script>";
        assert_eq!(
            tidy(&format!("{page}{end}{data}"), "n"),
            format!(
                "<link rel=\"modulepreload\" crossorigin nonce=\"n\"><script type=\"module\" nonce=\"n\"></script>{data}{end}"
            )
        );
    }
}
