//! The filters of the accounts list. They are in the address, so that a link shows
//! a colleague the same list.

use crate::address::escape;
use crate::components::{Choice, FilterChip, Glyph, Icon};
use domain::{health::Health, scope::Scope};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    accounts::finds_beginnings_only,
    connections::list::{ListQuery, Sort},
    core::input::Field,
};

/// The query of the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: Field<String>,
    health: Field<String>,
    app: Field<String>,
    scope: Field<String>,
    sort: Field<String>,
    after: Field<String>,
}

impl From<Parameters> for ListQuery {
    fn from(parameters: Parameters) -> Self {
        Self {
            q: parameters.q.given().unwrap_or_default().to_owned(),
            health: parameters.health.parsed(),
            app: parameters.app.given().map(str::to_owned),
            scope: parameters.scope.parsed(),
            sort: Sort::from_code(parameters.sort.given().unwrap_or_default()),
            after: parameters.after.given().map(str::to_owned),
            ..Self::default()
        }
    }
}

/// The pairs of the query, for the address and for hidden fields.
fn pairs(query: &ListQuery) -> Vec<(&'static str, String)> {
    let sort = (query.sort != Sort::default()).then(|| query.sort.code().to_owned());
    [
        ("q", Some(query.q.clone()).filter(|q| !q.is_empty())),
        ("health", query.health.map(|h| h.code().to_owned())),
        ("app", query.app.clone()),
        ("scope", query.scope.as_ref().map(ToString::to_string)),
        ("sort", sort),
        ("after", query.after.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// The address of a list.
pub(super) fn href(base: &str, query: &ListQuery) -> String {
    let pairs: Vec<_> = pairs(query)
        .into_iter()
        .map(|(k, v)| format!("{k}={}", escape(&v)))
        .collect();
    match pairs.as_slice() {
        [] => base.to_owned(),
        pairs => format!("{base}?{}", pairs.join("&")),
    }
}

/// The address after a change; the changed list begins at its first page.
pub(super) fn changed(
    base: &str,
    query: &ListQuery,
    change: impl FnOnce(&mut ListQuery),
) -> String {
    let mut query = ListQuery {
        after: None,
        ..query.clone()
    };
    change(&mut query);
    href(base, &query)
}

pub(super) fn is_filtered(query: &ListQuery) -> bool {
    !query.q.is_empty() || query.health.is_some() || query.app.is_some() || query.scope.is_some()
}

/// The options of the filters.
pub(super) struct Choices {
    /// States and how many accounts are in them.
    pub health: Vec<(Health, u64)>,
    /// Apps: slug, name, number of accounts.
    pub apps: Vec<Choice>,
    /// Scopes that any app asks for.
    pub scopes: Vec<Scope>,
}

/// A menu of links; each sets one filter.
fn menu(label: &'static str, links: Vec<(String, String, Option<u64>)>) -> AnyView {
    view! {
        <details class="menu" name="filter">
            <summary class="chip">{label} <Icon name=Glyph::Chevron/></summary>
            <div>
                {links
                    .into_iter()
                    .map(|(href, label, count)| {
                        view! {
                            <a href=href>
                                {label} {count.map(|n| view! { <span class="sub">{format!(" {n}")}</span> })}
                            </a>
                        }
                    })
                    .collect_view()}
            </div>
        </details>
    }
    .into_any()
}

fn health_filter(base: &str, query: &ListQuery, choices: &Choices) -> AnyView {
    let Some(wanted) = query.health else {
        let links = choices
            .health
            .iter()
            .map(|(h, n)| {
                (
                    changed(base, query, |q| q.health = Some(*h)),
                    h.label().to_owned(),
                    Some(*n),
                )
            })
            .collect();
        return menu("Health", links);
    };
    let remove = changed(base, query, |q| q.health = None);
    view! { <FilterChip label="Health" value=wanted.label() remove/> }.into_any()
}

fn app_filter(base: &str, query: &ListQuery, choices: &Choices) -> Option<AnyView> {
    let Some(wanted) = &query.app else {
        let links: Vec<_> = choices
            .apps
            .iter()
            .map(|a| {
                let href = changed(base, query, |q| q.app = Some(a.value.clone()));
                (href, a.label.clone(), a.count)
            })
            .collect();
        return (links.len() > 1).then(|| menu("App", links));
    };
    let name = choices
        .apps
        .iter()
        .find(|a| a.value == *wanted)
        .map_or(wanted, |a| &a.label);
    let remove = changed(base, query, |q| q.app = None);
    Some(view! { <FilterChip label="App" value=name.clone() remove/> }.into_any())
}

fn scope_filter(base: &str, query: &ListQuery, choices: &Choices) -> Option<AnyView> {
    let Some(wanted) = &query.scope else {
        let links: Vec<_> = choices
            .scopes
            .iter()
            .map(|s| {
                let href = changed(base, query, |q| q.scope = Some(s.clone()));
                (href, s.to_string(), None)
            })
            .collect();
        return (!links.is_empty()).then(|| menu("Has granted", links));
    };
    let remove = changed(base, query, |q| q.scope = None);
    Some(view! { <FilterChip label="Has granted" value=wanted.to_string() remove/> }.into_any())
}

fn sort_menu(base: &str, query: &ListQuery) -> AnyView {
    let links = Sort::ALL
        .into_iter()
        .map(|sort| {
            (
                changed(base, query, |q| q.sort = sort),
                sort_words(sort).to_owned(),
                None,
            )
        })
        .collect();
    menu(
        match query.sort {
            Sort::Worst => "Sorted: worst first",
            Sort::Name => "Sorted: by name",
            Sort::Changed => "Sorted: last change first",
        },
        links,
    )
}

const fn sort_words(sort: Sort) -> &'static str {
    match sort {
        Sort::Worst => "Worst first",
        Sort::Name => "By name",
        Sort::Changed => "Last change first",
    }
}

/// Search and filters: a GET form that keeps the filters that are set, and chips.
pub(super) fn toolbar(base: &str, query: &ListQuery, choices: &Choices) -> AnyView {
    let hidden = pairs(&ListQuery {
        after: None,
        q: String::new(),
        ..query.clone()
    });
    let beginnings = finds_beginnings_only(&query.q);
    view! {
        <form class="toolbar" id="filters" action=base.to_owned() role="search" aria-label="Filter accounts">
            <div class="search">
                <Icon name=Glyph::Search/>
                <input
                    type="search"
                    name="q"
                    value=query.q.clone()
                    aria-label="Name, subdomain, id, contact"
                    placeholder="Name, subdomain, id, contact"
                    aria-describedby=beginnings.then_some("search-hint")
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            {beginnings
                .then(|| {
                    view! {
                        <span class="sub" id="search-hint">
                            "One and two letters find beginnings of words."
                        </span>
                    }
                })}
            {hidden
                .into_iter()
                .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
                .collect_view()}
            {health_filter(base, query, choices)}
            {app_filter(base, query, choices)}
            {scope_filter(base, query, choices)}
            {sort_menu(base, query)}
            {is_filtered(query)
                .then(|| {
                    let clear = href(base, &ListQuery { sort: query.sort, ..ListQuery::default() });
                    view! {
                        <a class="sub" href=clear>
                            "Clear"
                        </a>
                    }
                })}
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::core::input;

    fn read(text: &str) -> ListQuery {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        let fields = input::object(pairs.map(|(name, value)| (name.into(), value.into())));
        input::raw::<Parameters>(fields).0.unwrap().into()
    }

    #[test]
    fn the_address_holds_the_state() {
        let query = read("q=acme&health=limited&app=returns&scope=tags:read&sort=name&after=abc");
        assert_eq!(
            href("/t/x/accounts", &query),
            "/t/x/accounts?q=acme&health=limited&app=returns&scope=tags%3Aread&sort=name&after=abc"
        );
        let next = changed("/t/x/accounts", &query, |q| q.health = None);
        assert!(!next.contains("after") && !next.contains("health") && next.contains("q=acme"));
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = read("health=sad&sort=odd&scope=\"&q= ");
        assert_eq!(query, ListQuery::default());
        assert!(!is_filtered(&query));
    }
}
