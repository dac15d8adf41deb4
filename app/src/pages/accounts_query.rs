//! The filters of the accounts list in its address.

use crate::address::escape;
use domain::{account_columns::Columns, health::Health, ids::PersonId};
use serde::Deserialize;
use service::{
    connections::{
        by_account::{AccountsQuery, LookedAfter, States},
        list::Sort,
    },
    core::input::{self, Errors, Field, Input, Repeated},
};
use std::borrow::Cow;

/// The value of `health` for all states in which a person has to act.
pub(super) const NEED_YOU: &str = "need_you";
/// The value of `health` for accounts that are snoozed.
pub(super) const SNOOZED: &str = "snoozed";
/// The value of `health` for accounts that are refused alone for days.
pub(super) const REFUSED_LONG: &str = "refused_long";
/// The value of `owner`, and of `whose` on the overview, for accounts that nobody looks after.
pub(super) const NOBODY: &str = "nobody";

/// The query of the address, or the same fields in a form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    q: Field<String>,
    health: Field<String>,
    app: Field<String>,
    scope: Field<String>,
    permissions: Field<String>,
    owner: Field<String>,
    tag: Field<String>,
    sort: Field<String>,
    columns: Field<Repeated>,
    after: Field<String>,
}

impl From<Parameters> for AccountsQuery {
    fn from(parameters: Parameters) -> Self {
        let health: Option<Health> = parameters.health.parsed();
        let states = match (parameters.health.given(), health) {
            (Some(NEED_YOU), _) => States::NeedSomeone,
            (Some(SNOOZED), _) => States::Snoozed,
            (Some(REFUSED_LONG), _) => States::RefusedLong,
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
            permissions: parameters.permissions.parsed(),
            owner,
            tag: parameters.tag.parsed(),
            sort: Sort::from_code(parameters.sort.given().unwrap_or_default()),
            after: parameters.after.given().map(str::to_owned),
            columns: columns(parameters.columns),
            ..Self::default()
        }
    }
}

/// For forms that send the same fields.
impl Input for Parameters {
    type Parsed = AccountsQuery;

    fn parse(self, _: &mut Errors) -> Option<AccountsQuery> {
        Some(self.into())
    }
}

/// The columns that are named in any way: one by one, as boxes send them, or with commas.
fn columns(field: Field<Repeated>) -> Option<Columns> {
    match field {
        Field::Given(Repeated(names)) => Columns::of(names.iter().map(String::as_str)),
        _ => None,
    }
}

/// The pairs of the query, for the address and for hidden fields.
pub(super) fn pairs(query: &AccountsQuery) -> Vec<(&'static str, String)> {
    let sort = (query.sort != Sort::default()).then(|| query.sort.code().to_owned());
    let health = match query.states {
        States::All => None,
        States::One(health) => Some(health.code().to_owned()),
        States::NeedSomeone => Some(NEED_YOU.to_owned()),
        States::Snoozed => Some(SNOOZED.to_owned()),
        States::RefusedLong => Some(REFUSED_LONG.to_owned()),
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
        (
            "permissions",
            query.permissions.map(|filter| filter.code().to_owned()),
        ),
        ("owner", owner),
        ("tag", query.tag.as_ref().map(ToString::to_string)),
        ("sort", sort),
        ("columns", query.columns.map(|columns| columns.to_string())),
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
        columns: query.columns,
        ..AccountsQuery::default()
    };
    *query != unfiltered
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
            "q=acme&health=limited&app=returns&scope=tags:read&permissions=old&owner=nobody&tag=DACH&sort=name&after=abc",
        );
        assert_eq!(
            href("/t/x/accounts", &query),
            "/t/x/accounts?q=acme&health=limited&app=returns&scope=tags%3Aread&permissions=old&owner=nobody&tag=DACH&sort=name&after=abc"
        );
        assert!(text(&query).starts_with("q=acme&health=limited&"));
        assert_eq!(text(&AccountsQuery::default()), "");
        let mine = "/t/x/accounts?health=need_you&owner=0190a6c5-0000-7000-8000-000000000001";
        assert_eq!(href("/t/x/accounts", &read(&mine[14..])), mine);
        // The codes of columns need no escape but their commas.
        let chosen = read("columns=strip,owner");
        assert_eq!(text(&chosen), "columns=owner%2Cstrip");
        assert!(!is_filtered(&chosen));
        for code in [SNOOZED, REFUSED_LONG] {
            let narrowed = format!("/t/x/accounts?health={code}");
            assert_eq!(href("/t/x/accounts", &read(&narrowed[14..])), narrowed);
        }
        let next = changed("/t/x/accounts", &query, |q| q.states = States::All);
        assert!(!next.contains("after") && !next.contains("health") && next.contains("q=acme"));
    }

    #[test]
    fn nonsense_is_left_out() {
        let query =
            read("health=sad&sort=odd&scope=\"&permissions=odd&q= &owner=me&tag=&columns=odd");
        assert_eq!(query, AccountsQuery::default());
        assert!(!is_filtered(&query));
    }
}
