//! The filters of the accounts list. They are in the address, so that a link shows
//! a colleague the same list.

use super::accounts::Counts;
use crate::address::escape;
use crate::components::{Choice, FilterChip, Glyph, Icon};
use domain::{customer::Tag, health::Health, ids::PersonId, scope::Scope};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    accounts::{Owner, finds_beginnings_only},
    connections::{
        by_account::{AccountsQuery, LookedAfter, States},
        list::Sort,
    },
    core::input::{self, Field},
};
use std::borrow::Cow;

/// The value of `health` for all states in which a person has to act.
pub(super) const NEED_YOU: &str = "need_you";
/// The value of `health` for accounts that are snoozed.
pub(super) const SNOOZED: &str = "snoozed";
/// The value of `owner`, and of `whose` on the overview, for accounts that nobody looks after.
pub(super) const NOBODY: &str = "nobody";

/// The query of the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    q: Field<String>,
    health: Field<String>,
    app: Field<String>,
    scope: Field<String>,
    owner: Field<String>,
    tag: Field<String>,
    sort: Field<String>,
    after: Field<String>,
}

impl From<Parameters> for AccountsQuery {
    fn from(parameters: Parameters) -> Self {
        let health: Option<Health> = parameters.health.parsed();
        let states = match (parameters.health.given(), health) {
            (Some(NEED_YOU), _) => States::NeedSomeone,
            (Some(SNOOZED), _) => States::Snoozed,
            (_, Some(health)) => States::One(health),
            _ => States::All,
        };
        let person: Option<PersonId> = parameters.owner.parsed();
        let owner = match (parameters.owner.given(), person) {
            (Some(NOBODY), _) => Some(LookedAfter::ByNobody),
            (_, person) => person.map(LookedAfter::By),
        };
        Self {
            q: parameters.q.given().unwrap_or_default().to_owned(),
            states,
            app: parameters.app.given().map(str::to_owned),
            scope: parameters.scope.parsed(),
            owner,
            tag: parameters.tag.parsed(),
            sort: Sort::from_code(parameters.sort.given().unwrap_or_default()),
            after: parameters.after.given().map(str::to_owned),
            ..Self::default()
        }
    }
}

/// The pairs of the query, for the address and for hidden fields.
fn pairs(query: &AccountsQuery) -> Vec<(&'static str, String)> {
    let sort = (query.sort != Sort::default()).then(|| query.sort.code().to_owned());
    let health = match query.states {
        States::All => None,
        States::One(health) => Some(health.code().to_owned()),
        States::NeedSomeone => Some(NEED_YOU.to_owned()),
        States::Snoozed => Some(SNOOZED.to_owned()),
    };
    let owner = query.owner.map(|owner| match owner {
        LookedAfter::ByNobody => NOBODY.to_owned(),
        LookedAfter::By(person) => person.to_string(),
    });
    [
        ("q", Some(query.q.clone()).filter(|q| !q.is_empty())),
        ("health", health),
        ("app", query.app.clone()),
        ("scope", query.scope.as_ref().map(ToString::to_string)),
        ("owner", owner),
        ("tag", query.tag.as_ref().map(ToString::to_string)),
        ("sort", sort),
        ("after", query.after.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// The conditions that the pairs of an address' query have; what can't be read is left out.
pub fn read<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> AccountsQuery {
    let (parameters, _) = input::raw::<Parameters>(input::object(pairs));
    parameters.unwrap_or_default().into()
}

/// The query of the address of a list.
pub(super) fn text(query: &AccountsQuery) -> String {
    href("", query).trim_start_matches('?').to_owned()
}

/// The address of a list.
pub fn href(base: &str, query: &AccountsQuery) -> String {
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
    query: &AccountsQuery,
    change: impl FnOnce(&mut AccountsQuery),
) -> String {
    let mut query = AccountsQuery {
        after: None,
        ..query.clone()
    };
    change(&mut query);
    href(base, &query)
}

pub(super) fn is_filtered(query: &AccountsQuery) -> bool {
    let unfiltered = AccountsQuery {
        sort: query.sort,
        after: query.after.clone(),
        limit: query.limit,
        ..AccountsQuery::default()
    };
    *query != unfiltered
}

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

fn health_filter(base: &str, query: &AccountsQuery, counts: Option<&Counts>) -> AnyView {
    let set = |states| changed(base, query, |q| q.states = states);
    let value = match query.states {
        States::All => {
            let states = counts.into_iter().flat_map(|counts| &counts.states);
            let links = states.map(|(h, n)| (set(States::One(*h)), h.label().to_owned(), Some(*n)));
            return menu("Health", links.collect());
        }
        States::One(health) => health.label(),
        States::NeedSomeone => "Need you",
        States::Snoozed => "Snoozed",
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
            .map(|(tag, n)| (set(Some(tag.clone())), tag.to_string(), Some(*n)))
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
            {sort_menu(base, query)}
            {is_filtered(query)
                .then(|| {
                    let clear = href(base, &AccountsQuery { sort: query.sort, ..AccountsQuery::default() });
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

    fn read(text: &str) -> AccountsQuery {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        super::read(pairs.map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn the_address_holds_the_state() {
        let query = read(
            "q=acme&health=limited&app=returns&scope=tags:read&owner=nobody&tag=DACH&sort=name&after=abc",
        );
        assert_eq!(
            href("/t/x/accounts", &query),
            "/t/x/accounts?q=acme&health=limited&app=returns&scope=tags%3Aread&owner=nobody&tag=DACH&sort=name&after=abc"
        );
        assert!(text(&query).starts_with("q=acme&health=limited&"));
        assert_eq!(text(&AccountsQuery::default()), "");
        let mine = "/t/x/accounts?health=need_you&owner=0190a6c5-0000-7000-8000-000000000001";
        assert_eq!(href("/t/x/accounts", &read(&mine[14..])), mine);
        let snoozed = "/t/x/accounts?health=snoozed";
        assert_eq!(href("/t/x/accounts", &read(&snoozed[14..])), snoozed);
        let next = changed("/t/x/accounts", &query, |q| q.states = States::All);
        assert!(!next.contains("after") && !next.contains("health") && next.contains("q=acme"));
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = read("health=sad&sort=odd&scope=\"&q= &owner=me&tag=");
        assert_eq!(query, AccountsQuery::default());
        assert!(!is_filtered(&query));
    }
}
