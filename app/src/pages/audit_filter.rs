//! The filters of the audit. They are in the address, so that a link shows a
//! colleague the same entries.

use crate::address::escape;
use crate::components::{Button, Choice, Field, Kind, Select, zone};
use domain::time::Timestamp;
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    audit::{Action, Filter},
    core::input::Field,
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query {
    actor: String,
    action: Option<Action>,
    target: String,
    /// Days in UTC, such as `2026-11-29`.
    from: String,
    to: String,
    /// Entries before this number.
    pub after: Option<i64>,
}

/// The query of the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    actor: Field<String>,
    action: Field<String>,
    target: Field<String>,
    from: Field<String>,
    to: Field<String>,
    after: Field<String>,
}

impl From<Parameters> for Query {
    fn from(parameters: Parameters) -> Self {
        let text = |field: Field<String>| field.given().unwrap_or_default().to_owned();
        let day = |field| Some(text(field)).filter(|text| Timestamp::of_day(text).is_some());
        Self {
            actor: text(parameters.actor),
            action: parameters.action.given().and_then(Action::from_code),
            target: text(parameters.target),
            from: day(parameters.from).unwrap_or_default(),
            to: day(parameters.to).unwrap_or_default(),
            after: parameters.after.parsed(),
        }
    }
}

impl Query {
    pub fn is_filtered(&self) -> bool {
        self.from(None) != Self::default()
    }

    /// The same filters, after another entry.
    pub fn from(&self, after: Option<i64>) -> Self {
        Self {
            after,
            ..self.clone()
        }
    }

    /// The filter for the use case. The last day is included.
    pub fn filter(&self) -> Filter {
        Filter {
            actor: self.actor.clone(),
            action: self.action,
            target: self.target.clone(),
            from: Timestamp::of_day_in(&self.from, zone()),
            to: Timestamp::after_day_in(&self.to, zone()),
        }
    }
}

/// The address of a list.
pub(super) fn href(base: &str, query: &Query) -> String {
    let pairs: Vec<_> = [
        ("actor", query.actor.clone()),
        ("action", query.action.map_or("", Action::code).to_owned()),
        ("target", query.target.clone()),
        ("from", query.from.clone()),
        ("to", query.to.clone()),
        (
            "after",
            query.after.map_or_else(String::new, |n| n.to_string()),
        ),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| format!("{name}={}", escape(&value)))
    .collect();
    match pairs.as_slice() {
        [] => base.to_owned(),
        pairs => format!("{base}?{}", pairs.join("&")),
    }
}

/// A GET form that puts the filters into the address.
pub(super) fn form(base: &str, query: &Query) -> AnyView {
    let mut actions = vec![Choice::new("", "Everything")];
    actions.extend(Action::ALL.iter().map(|a| Choice::new(a.code(), a.label())));
    view! {
        <form class="body filter" action=base.to_owned() role="search" aria-label="Filter the audit">
            <Field
                name="actor"
                label="Who"
                autocomplete="off"
                placeholder="Name or e-mail address"
                value=query.actor.clone()
            />
            <Select
                name="action"
                label="What"
                options=actions
                value=query.action.map_or("", Action::code)
            />
            <Field
                name="target"
                label="To what"
                plain=true
                autocomplete="off"
                placeholder="App, account or API token"
                value=query.target.clone()
            />
            <Field name="from" label="From day (UTC)" kind="date" value=query.from.clone()/>
            <Field name="to" label="To day (UTC)" kind="date" value=query.to.clone()/>
            <p class="actions">
                <Button kind=Kind::Primary>"Filter"</Button>
                {query
                    .is_filtered()
                    .then(|| {
                        view! {
                            <a class="sub" href=base.to_owned()>
                                "Clear"
                            </a>
                        }
                    })}
            </p>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::core::input;

    fn read(text: &str) -> Query {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        let fields = input::object(pairs.map(|(name, value)| (name.into(), value.into())));
        input::raw::<Parameters>(fields).0.unwrap().into()
    }

    #[test]
    fn the_address_holds_the_filters() {
        let text =
            "actor=ann&action=app.edited&target=returns&from=2026-11-01&to=2026-11-29&after=7";
        let query = read(text);
        assert_eq!(href("/t/x/audit", &query), format!("/t/x/audit?{text}"));
        let filter = query.filter();
        assert_eq!(filter.action, Some(Action::AppEdited));
        let span = filter
            .to
            .map(|to| to.since(filter.from.unwrap_or_default()));
        assert_eq!(
            span,
            Some(domain::time::Span::days(29)),
            "both days count whole"
        );
        assert!(query.is_filtered() && !query.from(None).eq(&query));
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = read("action=sad&from=yesterday&to=2026-02-30&after=x");
        assert_eq!(query, Query::default());
        assert!(!query.is_filtered());
    }
}
