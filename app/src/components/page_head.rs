//! The top of a page: breadcrumb, title, actions.

use super::OptionalText;
use leptos::prelude::*;

/// A page above this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
}

impl Crumb {
    /// A page and its address.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// Breadcrumb, title, facts in a line, actions.
#[component]
pub fn PageHead(
    /// The title, which also ends the breadcrumb.
    #[prop(into)]
    title: String,
    /// The pages above.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// A sentence below the title.
    #[prop(optional, into)]
    lead: OptionalText,
    /// Facts in a line below the title.
    #[prop(optional)]
    meta: Option<AnyView>,
    /// The actions of the page.
    #[prop(optional)]
    actions: Option<AnyView>,
) -> AnyView {
    let here = title.clone();
    view! {
        <header class="page-head">
            <div>
                {(!crumbs.is_empty())
                    .then(|| {
                        view! {
                            <nav class="crumbs" aria-label="Breadcrumb">
                                <ol role="list">
                                    {crumbs
                                        .into_iter()
                                        .map(|c| {
                                            view! {
                                                <li>
                                                    <a href=c.href>{c.label}</a>
                                                </li>
                                            }
                                        })
                                        .collect_view()} <li aria-current="page">{here}</li>
                                </ol>
                            </nav>
                        }
                    })} <h1>{title}</h1> {lead.0.map(|lead| view! { <p>{lead}</p> })}
                {meta.map(|meta| view! { <p class="meta">{meta}</p> })}
            </div>
            {actions.map(|actions| view! { <div class="actions">{actions}</div> })}
        </header>
    }
    .into_any()
}

/// One view of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// How many entries it has.
    pub count: Option<u64>,
    /// Whether it is shown now.
    pub current: bool,
}

impl Tab {
    /// A view and its address.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            count: None,
            current: false,
        }
    }

    /// Adds the number of its entries.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Sets whether it is shown now.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }
}

/// Views of one list.
#[component]
pub fn Tabs(
    /// The name of the list.
    #[prop(into)]
    label: String,
    /// The views.
    items: Vec<Tab>,
) -> AnyView {
    view! {
        <nav class="tabs" aria-label=label>
            {items
                .into_iter()
                .map(|t| {
                    view! {
                        <a href=t.href aria-current=t.current.then_some("page")>
                            {format!("{} ", t.label)}
                            {t.count.map(|n| view! { <span class="count">{n}</span> })}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
    .into_any()
}
