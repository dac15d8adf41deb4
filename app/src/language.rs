//! The language of the pages that customers read. All others are in English.

use axum::http::{
    HeaderValue,
    header::{ACCEPT_LANGUAGE, VARY},
    request::Parts,
};
use domain::{
    customer::Language,
    customer_words::{Around, Sentences},
};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::Deserialize;
use service::core::input::Field;
use std::sync::{Arc, OnceLock};

/// The choice of the reader, in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    lang: Field<String>,
}

impl Chosen {
    /// The chosen language. Anything else in the address is ignored.
    pub(crate) fn language(&self) -> Option<Language> {
        self.lang.parsed()
    }
}

/// The language of the sentences of this page.
#[derive(Clone, Copy)]
struct OfPage(Language);

/// The language of the whole document, once the page knows it.
#[derive(Clone, Default)]
pub(crate) struct OfDocument(Arc<OnceLock<Language>>);

impl OfDocument {
    pub(crate) fn get(&self) -> Language {
        self.0.get().copied().unwrap_or_default()
    }
}

/// The sentences of this page.
pub(crate) fn sentences() -> &'static Sentences {
    let language = use_context::<OfPage>().map_or(Language::English, |of_page| of_page.0);
    language.sentences()
}

/// The page is written in this language from now on.
pub(crate) fn written_as(language: Language) {
    provide_context(OfPage(language));
    if let Some(document) = use_context::<OfDocument>() {
        // Only the first page of a request is shown.
        let _ = document.0.set(language);
    }
}

/// The page is written in the language that its reader chose, else in that of the link,
/// else in what the browser prefers.
pub(crate) fn written_for_customer(chosen: &Chosen, of_link: Option<Language>) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(VARY, HeaderValue::from_static("accept-language"));
    }
    let parts = use_context::<Parts>();
    let accepted = parts
        .as_ref()
        .and_then(|parts| parts.headers.get(ACCEPT_LANGUAGE))
        .and_then(|value| value.to_str().ok());
    let chosen = chosen.language().map(Language::code);
    written_as(Language::choose(chosen, of_link, accepted));
}

/// An address in the chosen language.
pub(crate) fn in_language(href: String, chosen: Option<Language>) -> String {
    match chosen {
        Some(language) => format!("{href}?lang={}", language.code()),
        None => href,
    }
}

/// The account's host with words around it.
pub(crate) fn host(words: Around, account: &str) -> AnyView {
    view! {
        {words.0}
        <span class="host">
            <b>{account.to_owned()}</b>
            <span class="sub">".gorgias.com"</span>
        </span>
        {words.1}
    }
    .into_any()
}

/// The other languages of this page.
#[component]
pub(crate) fn Languages() -> AnyView {
    let said = sentences();
    let links = Language::ALL.map(|language| {
        let current = (language == said.language).then_some("true");
        view! {
            <li>
                <a
                    href=format!("?lang={}", language.code())
                    lang=language.code()
                    hreflang=language.code()
                    aria-current=current
                >
                    {language.own_name()}
                </a>
            </li>
        }
    });
    view! {
        <nav class="languages" aria-label=said.page.languages>
            <ul role="list">{links.into_iter().collect_view()}</ul>
        </nav>
    }
    .into_any()
}
