//! How a job's accounts are chosen, as its row keeps it.

use crate::{
    connections::{
        by_account::{AccountsQuery, StoredQuery},
        list::{MOST, Sort},
    },
    core::error::InternalError,
};
use domain::ids::JobId;
use serde::{Deserialize, Serialize};

/// What stands in the column `selection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum Stored {
    /// One by one; they were stored with the job.
    OneByOne,
    /// All that this finds.
    Filter(StoredQuery),
    /// Those that failed in the other job.
    Failed,
    /// Those that the other job changed.
    Changed,
}

impl Stored {
    /// As the column of this job keeps it.
    pub fn text(&self, job: JobId) -> Result<String, InternalError> {
        serde_json::to_string(self)
            .map_err(|_| InternalError::inconsistent("jobs", "selection", job))
    }
}

/// By name, the only order in which no account moves while a job walks over them.
pub(super) fn by_name(filter: StoredQuery) -> AccountsQuery {
    AccountsQuery {
        sort: Sort::Name,
        limit: MOST,
        ..filter.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::by_account::{LookedAfter, States};
    use domain::{health::Health, ids::PersonId, scope_plan::ScopeFilter};
    use uuid::Uuid;

    #[test]
    fn a_filter_survives_being_stored() {
        for (states, owner) in [
            (States::All, None),
            (States::NeedSomeone, Some(LookedAfter::ByNobody)),
            (States::Snoozed, None),
            (States::RefusedLong, None),
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
                columns: None,
            };
            let stored = Stored::Filter(StoredQuery::from(&query));
            let text = serde_json::to_string(&stored).unwrap();
            let Stored::Filter(filter) = serde_json::from_str(&text).unwrap() else {
                panic!("{text}");
            };
            assert_eq!(by_name(filter), query);
        }
    }
}
