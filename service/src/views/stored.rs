//! What a view shows, as its row keeps it: parsed and written again, so that it is never
//! anything but a query of the list.

use crate::connections::{
    by_account::{AccountsQuery, StoredQuery},
    list::Sort,
};
use serde::{Deserialize, Serialize};

/// What stands in the column `query`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredView {
    #[serde(flatten)]
    conditions: StoredQuery,
    /// A code of the order.
    sort: String,
    /// The columns, if the view has its own.
    columns: Option<String>,
}

impl From<&AccountsQuery> for StoredView {
    fn from(query: &AccountsQuery) -> Self {
        Self {
            conditions: query.into(),
            sort: query.sort.code().to_owned(),
            columns: query.columns.map(|columns| columns.to_string()),
        }
    }
}

impl From<StoredView> for AccountsQuery {
    fn from(stored: StoredView) -> Self {
        Self {
            sort: Sort::from_code(&stored.sort),
            columns: stored.columns.and_then(|text| text.parse().ok()),
            ..stored.conditions.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::by_account::States;

    #[test]
    fn a_view_survives_being_stored_without_its_page() {
        let query = AccountsQuery {
            q: "acme".into(),
            states: States::NeedSomeone,
            sort: Sort::Changed,
            columns: Some("owner,since".parse().unwrap()),
            ..AccountsQuery::default()
        };
        let of_page = AccountsQuery {
            after: Some("cursor".into()),
            limit: 7,
            ..query.clone()
        };
        for stored in [&query, &of_page] {
            let text = serde_json::to_string(&StoredView::from(stored)).unwrap();
            let stored: StoredView = serde_json::from_str(&text).unwrap();
            assert_eq!(AccountsQuery::from(stored), query);
        }
        // What another version wrote and this one can't read is left out.
        let odd: StoredView =
            serde_json::from_str(r#"{"q":"x","sort":"odd","columns":"odd","new":1}"#).unwrap();
        let read = AccountsQuery::from(odd);
        assert_eq!((read.q.as_str(), read.columns), ("x", None));
        assert_eq!(read.sort, Sort::default());
    }
}
