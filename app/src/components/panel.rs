//! Panels, and what they contain.

use super::{Glyph, Icon, LoadFailed};
use domain::health::Health;
use leptos::prelude::*;

/// A titled box. Its children fill it to the edges; text goes into a `.body`.
#[component]
pub fn Panel(
    /// The id of its title.
    #[prop(into)]
    id: String,
    /// Its title.
    #[prop(into)]
    title: String,
    /// Shown at the end of its header.
    #[prop(optional)]
    aside: Option<AnyView>,
    /// Its footer.
    #[prop(optional)]
    footer: Option<AnyView>,
    /// A class in addition to `panel`.
    #[prop(optional)]
    class: &'static str,
    /// The level of its title: 2, or 3 in another panel.
    #[prop(default = 2)]
    level: u8,
    children: Children,
) -> AnyView {
    let class = ["panel", class].join(" ");
    let labelled = id.clone();
    let heading = match level {
        3 => view! { <h3 id=id>{title}</h3> }.into_any(),
        _ => view! { <h2 id=id>{title}</h2> }.into_any(),
    };
    view! {
        <section class=class.trim_end().to_owned() aria-labelledby=labelled>
            <header>
                {heading}
                {aside}
            </header>
            {children()}
            {footer.map(|footer| view! { <footer>{footer}</footer> })}
        </section>
    }
    .into_any()
}

/// A panel whose content couldn't be loaded; the rest of the page is shown.
#[component]
pub fn PanelFailed(
    /// The id of its title.
    #[prop(into)]
    id: String,
    /// Its title.
    #[prop(into)]
    title: String,
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
        <Panel id title>
            <LoadFailed what why retry/>
        </Panel>
    }
    .into_any()
}

/// Facts, each with a name and a value.
#[component]
pub fn Facts(
    /// Large numbers, for the top of a page.
    #[prop(optional)]
    big: bool,
    /// One fact on each row.
    #[prop(optional)]
    list: bool,
    /// Directly in a panel, without other content.
    #[prop(optional)]
    body: bool,
    children: Children,
) -> AnyView {
    let class = if body { "body facts" } else { "facts" };
    view! {
        <dl class=class data-big=big data-list=list>
            {children()}
        </dl>
    }
    .into_any()
}

/// One fact.
#[component]
pub fn Fact(
    /// Its name.
    #[prop(into)]
    term: String,
    /// A line below the value.
    #[prop(optional)]
    detail: Option<AnyView>,
    children: Children,
) -> AnyView {
    view! {
        <div>
            <dt>{term}</dt>
            <dd>{children()}</dd>
            {detail.map(|detail| view! { <dd>{detail}</dd> })}
        </div>
    }
    .into_any()
}

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The address it leads to.
    pub href: String,
    /// The colour of its icon.
    pub health: Health,
    /// Its icon.
    pub icon: Glyph,
    /// The name of what is counted.
    pub label: String,
    /// The number.
    pub count: String,
}

/// Numbers with links to what they count.
#[component]
pub fn Ledger(
    /// The lines.
    rows: Vec<LedgerRow>,
) -> AnyView {
    view! {
        <ul class="ledger" role="list">
            {rows
                .into_iter()
                .map(|row| {
                    view! {
                        <li>
                            <a href=row.href data-health=row.health.code()>
                                <Icon name=row.icon/>
                                <span>{row.label}</span>
                                <b>{row.count}</b>
                            </a>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}
