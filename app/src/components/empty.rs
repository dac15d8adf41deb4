//! Three kinds of nothing, never with the same words.

use super::{Callout, Glyph, Icon, LinkButton};
use domain::health::Health;
use leptos::prelude::*;

/// Nothing yet: one sentence and one next step.
#[component]
pub fn Empty(
    /// What would be here.
    icon: Glyph,
    /// "Nothing connected yet".
    #[prop(into)]
    title: String,
    /// The next step.
    #[prop(optional)]
    action: Option<AnyView>,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h3>{title}</h3>
            {children.map(|children| children())}
            {action}
        </div>
    }
    .into_any()
}

/// Nothing matches the filters.
#[component]
pub fn NoMatch(
    /// What doesn't exist, a sentence.
    #[prop(into)]
    what: String,
    /// The address without filters.
    #[prop(into)]
    clear: String,
) -> AnyView {
    view! {
        <Empty
            icon=Glyph::Search
            title="Nothing matches"
            action=view! { <LinkButton href=clear>"Clear filters"</LinkButton> }.into_any()
        >
            <p>{what}</p>
        </Empty>
    }
    .into_any()
}

/// It couldn't be loaded.
#[component]
pub fn LoadFailed(
    /// What failed, a sentence.
    #[prop(into)]
    what: String,
    /// Why, and what still holds.
    #[prop(into)]
    why: String,
    /// Where trying again leads.
    #[prop(into)]
    retry: String,
) -> AnyView {
    view! {
        <Callout
            health=Health::Disconnected
            icon=Glyph::Warn
            alert=true
            action=view! { <a href=retry>"Retry"</a> }.into_any()
        >
            <p>
                <b>{what}</b>
                {format!(" {why}")}
            </p>
        </Callout>
    }
    .into_any()
}
