//! Scopes in words, for people who don't know scopes.

use crate::{
    components::{Glyph, Icon},
    language::sentences,
};
use domain::{customer_words::Icon as Meaning, scope::ScopeSet};
use leptos::prelude::*;

const fn glyph(meaning: Meaning) -> Glyph {
    match meaning {
        Meaning::See => Glyph::Eye,
        Meaning::Change => Glyph::Edit,
        Meaning::Stay => Glyph::Retrying,
        Meaning::Know => Glyph::User,
        Meaning::Newer => Glyph::Info,
    }
}

/// What the scopes allow, one line each.
#[component]
pub(super) fn PermissionList(scopes: ScopeSet) -> AnyView {
    let lines = sentences().permissions.lines(&scopes).into_iter();
    let lines = lines.map(|line| {
        view! {
            <li>
                <Icon name=glyph(line.icon)/>
                <b>{line.what}</b>
                {line.rest}
            </li>
        }
    });
    view! { <ul role="list">{lines.collect_view()}</ul> }.into_any()
}

/// The same; the names of the scopes can be unfolded.
#[component]
pub(super) fn ScopeWords(scopes: ScopeSet) -> AnyView {
    let names = scopes
        .iter()
        .map(|s| view! { <code>{s.to_string()}</code> " " })
        .collect_view();
    let by_name = (sentences().permissions.by_name)(scopes.len());
    view! {
        <PermissionList scopes/>
        <details class="more">
            <summary>
                <Icon name=Glyph::Chevron/>
                {by_name}
            </summary>
            <p class="sub">{names}</p>
        </details>
    }
    .into_any()
}
