//! The conditions of the list as rows of jobs and of saved views keep them.

use super::{AccountsQuery, LookedAfter, States};
use serde::{Deserialize, Serialize};

/// The conditions, without order, columns and page. What can't be read any more is no
/// condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredQuery {
    q: String,
    /// A state's code, `need_you`, `snoozed`, `refused_long`, or empty.
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
const REFUSED_LONG: &str = "refused_long";
const NOBODY: &str = "nobody";

impl From<&AccountsQuery> for StoredQuery {
    fn from(query: &AccountsQuery) -> Self {
        Self {
            q: query.q.clone(),
            health: match query.states {
                States::All => String::new(),
                States::One(health) => health.code().to_owned(),
                States::NeedSomeone => NEED_YOU.to_owned(),
                States::Snoozed => SNOOZED.to_owned(),
                States::RefusedLong => REFUSED_LONG.to_owned(),
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

impl From<StoredQuery> for AccountsQuery {
    fn from(stored: StoredQuery) -> Self {
        Self {
            q: stored.q,
            states: match stored.health.as_str() {
                NEED_YOU => States::NeedSomeone,
                SNOOZED => States::Snoozed,
                REFUSED_LONG => States::RefusedLong,
                code => code.parse().map_or(States::All, States::One),
            },
            app: stored.app,
            scope: stored.scope.and_then(|scope| scope.parse().ok()),
            permissions: stored.permissions.and_then(|code| code.parse().ok()),
            owner: stored.owner.and_then(|owner| match owner.as_str() {
                NOBODY => Some(LookedAfter::ByNobody),
                id => id.parse().ok().map(LookedAfter::By),
            }),
            tag: stored.tag.and_then(|tag| tag.parse().ok()),
            ..Self::default()
        }
    }
}
