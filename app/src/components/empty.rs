//! Three reasons why nothing is shown, each with its own words.

use super::{Callout, Glyph, Icon, LinkButton};
use domain::health::Health;
use leptos::prelude::*;

/// There is nothing yet: one sentence and one next step.
#[component]
pub fn Empty(
    /// The icon of what would be here.
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

/// No entry matches the filters.
#[component]
pub fn NoMatch(
    /// A sentence that says what doesn't exist.
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

/// The content couldn't be loaded.
#[component]
pub fn LoadFailed(
    /// A sentence that says what failed.
    #[prop(into)]
    what: String,
    /// Why it failed, and what is still true.
    #[prop(into)]
    why: String,
    /// The address to try again.
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
