//! The controls of a list: sorting, filters, pages.

use super::{Choice, Glyph, Icon, OptionalText};
use leptos::prelude::*;

/// A direction of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dir {
    /// A to Z, old to new.
    Ascending,
    /// Z to A, new to old.
    Descending,
}

impl Dir {
    const fn aria(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// A column header that sorts: a button of the filter form, or a link.
#[component]
pub fn SortHeader(
    /// The column's name.
    #[prop(into)]
    label: String,
    /// The value that it sends as `sort`.
    #[prop(optional, into)]
    value: OptionalText,
    /// Id of the filter form.
    #[prop(optional, into)]
    form: OptionalText,
    /// The address it leads to, instead of a form.
    #[prop(optional, into)]
    href: OptionalText,
    /// How the list is sorted by this column now.
    #[prop(optional, into)]
    dir: Option<Dir>,
    /// The column's class.
    #[prop(optional, into)]
    class: OptionalText,
) -> AnyView {
    let press = match href.0 {
        Some(href) => view! {
            <a class="sort" href=href>
                {label}
                <Icon name=Glyph::ArrowUp/>
            </a>
        }
        .into_any(),
        None => view! {
            <button type="submit" class="sort" form=form.0 name="sort" value=value.0>
                {label}
                <Icon name=Glyph::ArrowUp/>
            </button>
        }
        .into_any(),
    };
    view! {
        <th scope="col" class=class.0 aria-sort=dir.map(Dir::aria)>
            {press}
        </th>
    }
    .into_any()
}

/// A filter that is set; following the link removes it.
#[component]
pub fn FilterChip(
    /// The filter's name.
    #[prop(into)]
    label: String,
    /// The filter's value.
    #[prop(into)]
    value: String,
    /// The address without this filter.
    #[prop(into)]
    remove: String,
) -> AnyView {
    let said = format!("Remove filter: {label} {value}");
    view! {
        <a class="chip" data-set=true href=remove aria-label=said>
            {format!("{label} ")}
            <b>{value}</b>
            <Icon name=Glyph::X/>
        </a>
    }
    .into_any()
}

/// The options of one filter; part of the GET form, opens without script.
#[component]
pub fn FilterMenu(
    /// The filter's name.
    #[prop(into)]
    label: String,
    /// The name the checkboxes are sent under.
    #[prop(into)]
    name: String,
    /// The options.
    options: Vec<Choice>,
) -> AnyView {
    view! {
        <details class="menu" name="filter">
            <summary class="chip">{label} <Icon name=Glyph::Chevron/></summary>
            <div>
                {options
                    .into_iter()
                    .map(|o| {
                        view! {
                            <label>
                                <input type="checkbox" name=name.clone() value=o.value checked=o.checked/>
                                {o.label}
                                {o.count.map(|n| view! { <span class="sub">{n}</span> })}
                            </label>
                        }
                    })
                    .collect_view()} <hr/> <button type="submit">"Show these"</button>
            </div>
        </details>
    }
    .into_any()
}

/// A link to the previous or the next page.
fn step(label: &'static str, rel: &'static str, href: Option<String>) -> impl IntoView {
    match href {
        Some(href) => view! {
            <a class="button" data-size="small" href=href rel=rel>
                {label}
            </a>
        }
        .into_any(),
        None => view! {
            <a class="button" data-size="small" role="link" aria-disabled="true">
                {label}
            </a>
        }
        .into_any(),
    }
}

/// Links to the next rows and back.
#[component]
pub fn Pager(
    /// "Pages of accounts".
    #[prop(into)]
    label: String,
    /// "1–50 of 144".
    #[prop(into)]
    summary: String,
    /// The address of the previous rows.
    prev: Option<String>,
    /// The address of the next rows.
    next: Option<String>,
) -> AnyView {
    view! {
        <nav class="pages" aria-label=label>
            <span>{summary}</span>
            <span class="actions">{step("Previous", "prev", prev)} {step("Next", "next", next)}</span>
        </nav>
    }
    .into_any()
}
