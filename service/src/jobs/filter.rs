//! How a job's accounts are chosen, as its row keeps it.

use crate::connections::{
    by_account::{AccountsQuery, LookedAfter, States},
    list::{MOST, Sort},
};
use serde::{Deserialize, Serialize};

/// What stands in the column `selection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum Stored {
    /// One by one; they were stored with the job.
    OneByOne,
    /// All that this finds.
    Filter(Filter),
    /// Those that failed in the other job.
    Failed,
    /// Those that the other job changed.
    Changed,
}

/// The conditions of a list, without order and page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    /// A state's code, `need_you`, `snoozed`, or empty.
    health: String,
    app: Option<String>,
    scope: Option<String>,
    /// A code of `domain::scope_plan::ScopeFilter`.
    permissions: Option<String>,
    /// A member's id, or `nobody`.
    owner: Option<String>,
    tag: Option<String>,
}

const NEED_YOU: &str = "need_you";
const SNOOZED: &str = "snoozed";
const NOBODY: &str = "nobody";

impl From<&AccountsQuery> for Filter {
    fn from(query: &AccountsQuery) -> Self {
        Self {
            q: query.q.clone(),
            health: match query.states {
                States::All => String::new(),
                States::One(health) => health.code().to_owned(),
                States::NeedSomeone => NEED_YOU.to_owned(),
                States::Snoozed => SNOOZED.to_owned(),
            },
            app: query.app.clone(),
            scope: query.scope.as_ref().map(ToString::to_string),
            permissions: query.permissions.map(|filter| filter.code().to_owned()),
            owner: query.owner.map(|owner| match owner {
                LookedAfter::ByNobody => NOBODY.to_owned(),
                LookedAfter::By(person) => person.to_string(),
            }),
            tag: query.tag.as_ref().map(ToString::to_string),
        }
    }
}

/// By name, the only order in which no account moves while a job walks over them.
impl From<Filter> for AccountsQuery {
    fn from(filter: Filter) -> Self {
        Self {
            q: filter.q,
            states: match filter.health.as_str() {
                NEED_YOU => States::NeedSomeone,
                SNOOZED => States::Snoozed,
                code => code.parse().map_or(States::All, States::One),
            },
            app: filter.app,
            scope: filter.scope.and_then(|scope| scope.parse().ok()),
            permissions: filter.permissions.and_then(|code| code.parse().ok()),
            owner: filter.owner.and_then(|owner| match owner.as_str() {
                NOBODY => Some(LookedAfter::ByNobody),
                id => id.parse().ok().map(LookedAfter::By),
            }),
            tag: filter.tag.and_then(|tag| tag.parse().ok()),
            sort: Sort::Name,
            after: None,
            limit: MOST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{health::Health, ids::PersonId, scope_plan::ScopeFilter};
    use uuid::Uuid;

    #[test]
    fn a_filter_survives_being_stored() {
        for (states, owner) in [
            (States::All, None),
            (States::NeedSomeone, Some(LookedAfter::ByNobody)),
            (States::Snoozed, None),
            (
                States::One(Health::Limited),
                Some(LookedAfter::By(PersonId(Uuid::from_u128(7)))),
            ),
        ] {
            let query = AccountsQuery {
                q: "acme".into(),
                states,
                app: Some("returns".into()),
                scope: Some("tags:read".parse().unwrap()),
                permissions: Some(ScopeFilter::Missing),
                owner,
                tag: Some("VIP".parse().unwrap()),
                sort: Sort::Name,
                after: None,
                limit: MOST,
            };
            let stored = Stored::Filter(Filter::from(&query));
            let text = serde_json::to_string(&stored).unwrap();
            let Stored::Filter(filter) = serde_json::from_str(&text).unwrap() else {
                panic!("{text}");
            };
            assert_eq!(AccountsQuery::from(filter), query);
        }
    }
}
