//! The filters of the accounts list. They are in the address, so that a link shows
//! a colleague the same list.

pub(super) use super::accounts_query::{
    NOBODY, REFUSED_LONG, SNOOZED, changed, is_filtered, pairs, text,
};
pub use super::accounts_query::{Parameters, href, read};

use super::{
    accounts::Counts,
    counted::{grouped, in_state},
};
use crate::components::{Choice, FilterChip, Glyph, Icon};
use domain::{customer::Tag, ids::PersonId, scope::Scope, scope_plan::ScopeFilter};
use leptos::prelude::*;
use service::{
    accounts::{Owner, finds_beginnings_only},
    connections::{
        by_account::{AccountsQuery, LookedAfter, States},
        list::Sort,
    },
};

/// The options of the filters.
#[derive(Default)]
pub(super) struct Choices {
    /// Apps: slug, name, number of accounts.
    pub apps: Vec<Choice>,
    /// Scopes that any app asks for.
    pub scopes: Vec<Scope>,
    /// Who can look after accounts.
    pub members: Vec<Owner>,
    /// The most used tags, and how many accounts have them.
    pub tags: Vec<(Tag, u64)>,
}

impl Choices {
    /// A member's name.
    pub fn name_of(&self, person: PersonId) -> String {
        let member = self.members.iter().find(|member| member.id == person);
        member.map_or_else(|| "somebody else".into(), |member| member.name.clone())
    }
}

/// A menu of links; each sets one filter.
fn menu(label: &'static str, links: Vec<(String, String, Option<String>)>) -> AnyView {
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

fn health_filter(base: &str, query: &AccountsQuery, counts: Option<&Counts>) -> AnyView {
    let set = |states| changed(base, query, |q| q.states = states);
    let value = match query.states {
        States::All => {
            let states = counts.into_iter().flat_map(|counts| &counts.states);
            let links = states.map(|(h, n)| {
                let count = Some(in_state(*h, *n));
                (set(States::One(*h)), h.label().to_owned(), count)
            });
            return menu("Health", links.collect());
        }
        States::One(health) => health.label(),
        States::NeedSomeone => "Need you",
        States::Snoozed => "Snoozed",
        States::RefusedLong => "Refused for 3 days",
    };
    let remove = set(States::All);
    view! { <FilterChip label="Health" value remove/> }.into_any()
}

fn owner_filter(base: &str, query: &AccountsQuery, choices: &Choices) -> AnyView {
    let set = |owner| changed(base, query, |q| q.owner = owner);
    let Some(wanted) = query.owner else {
        let nobody = (set(Some(LookedAfter::ByNobody)), "Nobody".to_owned(), None);
        let members = choices.members.iter().map(|member| {
            (
                set(Some(LookedAfter::By(member.id))),
                member.name.clone(),
                None,
            )
        });
        return menu("Owner", members.chain([nobody]).collect());
    };
    let value = match wanted {
        LookedAfter::ByNobody => "Nobody".to_owned(),
        LookedAfter::By(person) => choices.name_of(person),
    };
    let remove = set(None);
    view! { <FilterChip label="Owner" value remove/> }.into_any()
}

fn tag_filter(base: &str, query: &AccountsQuery, choices: &Choices) -> Option<AnyView> {
    let set = |tag| changed(base, query, |q| q.tag = tag);
    let Some(wanted) = &query.tag else {
        let tags = choices.tags.iter();
        let links: Vec<_> = tags
            .map(|(tag, n)| (set(Some(tag.clone())), tag.to_string(), Some(grouped(*n))))
            .collect();
        return (!links.is_empty()).then(|| menu("Tag", links));
    };
    let remove = set(None);
    Some(view! { <FilterChip label="Tag" value=wanted.to_string() remove/> }.into_any())
}

fn app_filter(base: &str, query: &AccountsQuery, choices: &Choices) -> Option<AnyView> {
    let Some(wanted) = &query.app else {
        let links: Vec<_> = choices
            .apps
            .iter()
            .map(|a| {
                let href = changed(base, query, |q| q.app = Some(a.value.clone()));
                (href, a.label.clone(), a.count.map(grouped))
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

fn scope_filter(base: &str, query: &AccountsQuery, choices: &Choices) -> Option<AnyView> {
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

/// By what is granted, compared with what the app asks for.
fn permissions_filter(base: &str, query: &AccountsQuery) -> AnyView {
    let set = |filter| changed(base, query, |q| q.permissions = filter);
    let Some(wanted) = query.permissions else {
        let links = ScopeFilter::ALL
            .into_iter()
            .map(|filter| (set(Some(filter)), filter.label().to_owned(), None));
        return menu("Permissions", links.collect());
    };
    let remove = set(None);
    view! { <FilterChip label="Permissions" value=wanted.label() remove/> }.into_any()
}

fn sort_menu(base: &str, query: &AccountsQuery) -> AnyView {
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
pub(super) fn toolbar(
    base: &str,
    query: &AccountsQuery,
    choices: &Choices,
    counts: Option<&Counts>,
) -> AnyView {
    let hidden = pairs(&AccountsQuery {
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
                    aria-label="Name, subdomain, external id, contact, approver or app"
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
            {health_filter(base, query, counts)}
            {owner_filter(base, query, choices)}
            {tag_filter(base, query, choices)}
            {app_filter(base, query, choices)}
            {scope_filter(base, query, choices)}
            {permissions_filter(base, query)}
            {sort_menu(base, query)}
            {is_filtered(query)
                .then(|| {
                    let clear = href(base, &AccountsQuery { sort: query.sort, columns: query.columns, ..AccountsQuery::default() });
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
