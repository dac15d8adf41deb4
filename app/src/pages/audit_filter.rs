//! The filters of the audit. They are in the address, so that a link shows a
//! colleague the same entries.

use crate::address::escape;
use crate::components::{Button, Checkbox, Choice, Field, Kind, Select, zone};
use domain::{time::Timestamp, zone::Zone};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    audit::{Action, ByWhom, Filter},
    core::input::Field,
};

/// The filters of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub(super) actor: Option<ByWhom>,
    pub(super) action: Option<Action>,
    pub(super) target: String,
    /// Days such as `2026-11-29`.
    pub(super) from: String,
    pub(super) to: String,
    /// Whether sign-ins and reads are shown.
    pub(super) all: bool,
    /// Entries before this number.
    pub(super) after: Option<i64>,
}

/// The query of the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    actor: Field<String>,
    action: Field<String>,
    target: Field<String>,
    from: Field<String>,
    to: Field<String>,
    all: Field<String>,
    after: Field<String>,
}

impl From<Parameters> for Query {
    fn from(parameters: Parameters) -> Self {
        let text = |field: Field<String>| field.given().unwrap_or_default().to_owned();
        let day = |field| Some(text(field)).filter(|text| Timestamp::of_day(text).is_some());
        Self {
            actor: parameters.actor.given().and_then(ByWhom::from_code),
            action: parameters.action.given().and_then(Action::from_code),
            target: text(parameters.target),
            from: day(parameters.from).unwrap_or_default(),
            to: day(parameters.to).unwrap_or_default(),
            all: parameters.all.given().is_some(),
            after: parameters.after.parsed(),
        }
    }
}

impl Query {
    pub(super) fn is_filtered(&self) -> bool {
        let shown = Self {
            all: false,
            ..self.after(None)
        };
        shown != Self::default()
    }

    /// The same filters, after another entry.
    pub(super) fn after(&self, after: Option<i64>) -> Self {
        Self {
            after,
            ..self.clone()
        }
    }

    /// The same filters, with sign-ins and reads.
    pub(super) fn unfolded(&self) -> Self {
        Self {
            all: true,
            ..self.clone()
        }
    }

    /// The filter for the use case, with days of this zone. The last day is included.
    pub fn filter(&self, zone: Zone) -> Filter {
        Filter {
            by: self.actor,
            action: self.action,
            target: self.target.clone(),
            from: Timestamp::of_day_in(&self.from, zone),
            to: Timestamp::after_day_in(&self.to, zone),
            fold: !self.all,
        }
    }
}

/// The address of a list.
pub(super) fn href(base: &str, query: &Query) -> String {
    let pairs: Vec<_> = [
        ("actor", query.actor.map(ByWhom::code).unwrap_or_default()),
        ("action", query.action.map_or("", Action::code).to_owned()),
        ("target", query.target.clone()),
        ("from", query.from.clone()),
        ("to", query.to.clone()),
        ("all", if query.all { "on" } else { "" }.to_owned()),
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
pub(super) fn form(base: &str, query: &Query, actors: &[(ByWhom, String)]) -> AnyView {
    let mut actions = vec![Choice::new("", "Everything")];
    actions.extend(Action::ALL.iter().map(|a| Choice::new(a.code(), a.label())));
    let mut whose = vec![Choice::new("", "Everybody")];
    whose.extend(
        actors
            .iter()
            .map(|(by, name)| Choice::new(by.code(), name.clone())),
    );
    // Somebody who was a member once, by a link.
    if let Some(by) = query.actor
        && actors.iter().all(|(one, _)| *one != by)
    {
        whose.push(Choice::new(by.code(), "Somebody who was here"));
    }
    let days = format!(" day ({})", zone().name());
    view! {
        <form class="body filter" action=base.to_owned() role="search" aria-label="Filter the audit">
            <Select
                name="actor"
                label="Who"
                options=whose
                value=query.actor.map(ByWhom::code).unwrap_or_default()
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
            <Field name="from" label=format!("From{days}") kind="date" value=query.from.clone()/>
            <Field name="to" label=format!("To{days}") kind="date" value=query.to.clone()/>
            <Checkbox name="all" label="Show sign-ins and reads" checked=query.all/>
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
        let text = "actor=customer&action=app.edited&target=returns&from=2026-11-01&to=2026-11-29&all=on&after=7";
        let query = read(text);
        assert_eq!(href("/t/x/audit", &query), format!("/t/x/audit?{text}"));
        let filter = query.filter(Zone::UTC);
        assert_eq!(filter.action, Some(Action::AppEdited));
        assert_eq!(filter.by, Some(ByWhom::Customers));
        assert!(!filter.fold);
        let span = filter
            .to
            .map(|to| to.since(filter.from.unwrap_or_default()));
        assert_eq!(
            span,
            Some(domain::time::Span::days(29)),
            "both days count whole"
        );
        assert!(query.is_filtered() && !query.after(None).eq(&query));
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = read("actor=ann&action=sad&from=yesterday&to=2026-02-30&after=x");
        assert_eq!(query, Query::default());
        assert!(!query.is_filtered());
        assert!(query.filter(Zone::UTC).fold, "folded unless asked for");
        assert!(!query.unfolded().is_filtered(), "nothing is left out by it");
    }
}
