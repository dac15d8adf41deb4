//! What the accounts list is asked for.

use super::super::list::{ListQuery, Sort};
use crate::{
    accounts::Parts,
    entity::{account, account_tag, connection},
    tenancy::Tx,
};
use domain::{
    account_columns::{Column, Columns},
    customer::Tag,
    health::Health,
    ids::PersonId,
    scope::Scope,
    scope_plan::ScopeFilter,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, IntoColumnRef, SimpleExpr},
};

/// Which states a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum States {
    /// All of them.
    #[default]
    All,
    /// One of them.
    One(Health),
    /// Those in which a person has to act, and that are not snoozed.
    NeedSomeone,
    /// Those that are snoozed.
    Snoozed,
    /// Those that are retried, but refused alone for so long that a person should look, and
    /// that are not snoozed.
    RefusedLong,
}

impl States {
    /// The states, if not all of them.
    pub(super) fn shown(self) -> Option<Vec<Health>> {
        match self {
            Self::All | Self::Snoozed => None,
            Self::One(health) => Some(vec![health]),
            Self::RefusedLong => Some(vec![Health::Retrying]),
            Self::NeedSomeone => {
                let all = Health::ALL.into_iter();
                Some(all.filter(|health| health.needs_someone()).collect())
            }
        }
    }

    /// Whether accounts have to be snoozed, or must not be.
    pub(super) const fn snoozed(self) -> Option<bool> {
        match self {
            Self::NeedSomeone | Self::RefusedLong => Some(false),
            Self::Snoozed => Some(true),
            Self::All | Self::One(_) => None,
        }
    }

    /// The states that accounts are stored with, from the most urgent; what the time or an
    /// app decides is none.
    pub(super) fn stored(self) -> Vec<Health> {
        let mut states = self.shown().unwrap_or_else(|| Health::ALL.to_vec());
        states.retain(|health| !health.lies_over_another());
        states.sort_by_key(|health| health.severity());
        states
    }
}

/// Who looks after an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookedAfter {
    /// Nobody.
    ByNobody,
    /// This member.
    By(PersonId),
}

/// The conditions of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountsQuery {
    /// What is typed into the search.
    pub q: String,
    /// Only these states.
    pub states: States,
    /// Only accounts that are connected to this app (slug or id).
    pub app: Option<String>,
    /// Only accounts that granted exactly this scope.
    pub scope: Option<Scope>,
    /// Only accounts with a connection whose granted scopes are like this.
    pub permissions: Option<ScopeFilter>,
    /// Only those that somebody looks after.
    pub owner: Option<LookedAfter>,
    /// Only with this tag.
    pub tag: Option<Tag>,
    /// The order.
    pub sort: Sort,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Rows a page, at most [`MOST`](super::super::list::MOST).
    pub limit: u64,
    /// The columns that are wanted; `None` for all that is known of the accounts.
    pub columns: Option<Columns>,
}

impl Default for AccountsQuery {
    fn default() -> Self {
        Self {
            q: String::new(),
            states: States::All,
            app: None,
            scope: None,
            permissions: None,
            owner: None,
            tag: None,
            sort: Sort::default(),
            after: None,
            limit: 50,
            columns: None,
        }
    }
}

impl AccountsQuery {
    /// What the wanted columns need of the customers.
    pub(super) fn parts(&self) -> Parts {
        self.columns.map_or(Parts::ALL, |columns| Parts {
            owner: columns.has(Column::Owner),
            tags: columns.has(Column::Tags),
            contacts: false,
        })
    }

    /// Whether its rows are found by their connections.
    pub(super) fn is_about_connections(&self) -> bool {
        let over = match self.states {
            States::One(health) => health.lies_over_another(),
            States::RefusedLong => true,
            States::All | States::NeedSomeone | States::Snoozed => false,
        };
        over || self.app.is_some() || self.scope.is_some() || self.permissions.is_some()
    }

    /// The same, as a query of connections.
    pub(super) fn of_connections(&self) -> ListQuery {
        ListQuery {
            q: self.q.clone(),
            health: None,
            app: self.app.clone(),
            scope: self.scope.clone(),
            permissions: self.permissions,
            sort: self.sort,
            after: self.after.clone(),
            limit: self.limit,
        }
    }

    /// The connections of accounts with the wanted owner, tag and snooze.
    pub(super) fn restrict(&self, tx: &Tx) -> Condition {
        let of_connection = (connection::Entity, connection::Column::Subdomain);
        let mut all = Condition::all();
        if let Some(wanted) = self.states.snoozed() {
            all = all.add(account_is_snoozed(tx, wanted));
        }
        // Most accounts are nobody's, so a page soon comes to one.
        if self.owner == Some(LookedAfter::ByNobody) {
            all = all.add(LookedAfter::ByNobody.has_account(tx, of_connection));
        } else if let Some(owner) = self.owner {
            let theirs = tx
                .all::<account::Entity>()
                .filter(owner.condition())
                .select_only()
                .column(account::Column::Subdomain);
            all = all.add(connection::Column::Subdomain.in_subquery(theirs.into_query()));
        }
        if let Some(tag) = &self.tag {
            let tagged = tx
                .all::<account_tag::Entity>()
                .filter(account_tag::Column::TagKey.eq(tag.key()))
                .select_only()
                .column(account_tag::Column::Subdomain);
            all = all.add(connection::Column::Subdomain.in_subquery(tagged.into_query()));
        }
        all
    }
}

/// Connections whose account is snoozed, or isn't. Each is looked up by its key, so this
/// costs what the connections cost that are read, not all that are snoozed.
pub(crate) fn account_is_snoozed(tx: &Tx, wanted: bool) -> SimpleExpr {
    use account::Column;
    let same = Expr::col((account::Entity, Column::Subdomain))
        .equals((connection::Entity, connection::Column::Subdomain));
    let snoozed = tx
        .all::<account::Entity>()
        .filter(same)
        .filter(Column::Snoozed.eq(true))
        .select_only()
        .column(Column::Subdomain);
    let snoozed = Expr::exists(snoozed.into_query());
    if wanted { snoozed } else { snoozed.not() }
}

impl LookedAfter {
    /// Rows whose account they look after, by the column that names the account. Each is
    /// looked up by its key, as [`account_is_snoozed`] does.
    pub(super) fn has_account(self, tx: &Tx, named: impl IntoColumnRef) -> SimpleExpr {
        let same = Expr::col((account::Entity, account::Column::Subdomain)).equals(named);
        let theirs = tx
            .all::<account::Entity>()
            .filter(same)
            .filter(self.condition())
            .select_only()
            .column(account::Column::Subdomain);
        Expr::exists(theirs.into_query())
    }

    pub(super) fn condition(self) -> Condition {
        let column = account::Column::OwnerId;
        Condition::all().add(match self {
            Self::ByNobody => column.is_null(),
            Self::By(person) => column.eq(person),
        })
    }
}
