//! Searching the accounts of a tenant (ADR 37): any part of a word of the subdomain, of
//! who approved, of what is known of the customer, and of the names of its apps.

mod condition;
mod merge;
#[cfg(test)]
mod tests;
mod typed;

pub(crate) use merge::merge;
pub use typed::finds_beginnings_only;

use crate::{
    core::{
        error::InternalError,
        queries::{FIND_ACCOUNTS, FIND_ACCOUNTS_BY_BEGINNING},
        rows::Rows,
    },
    entity::{Owned, account_search, app, connection},
    tenancy::{Actor, Tx},
};
use condition::Condition;
use domain::{ids::AppId, permission::Permission, subdomain::Subdomain};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, QueryFilter, QuerySelect, Select,
    sea_query::Expr,
};
use std::collections::BTreeSet;
use typed::{Reading, Typed};

/// The most accounts that are found one by one; of more, a list walks in its own order
/// and looks at each, since it soon comes to one.
const MOST: u64 = 2_000;

/// What a search finds.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// Everything: there is no text.
    All,
    /// These accounts and no others, sorted.
    Few(Vec<Subdomain>),
    /// More than that.
    Many(Many),
}

/// Tells of one account whether it is found.
#[derive(Debug, Clone)]
pub(crate) struct Many(Condition);

/// Searches as the actor may: what is known of customers and the names of apps only if
/// they may look, and who approved only for their apps. A search must not tell more than
/// a page. It costs as much as the most accounts that are found one by one, however many
/// the tenant has.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn find(actor: &Actor, tx: &Tx, typed: &str) -> Result<Found, InternalError> {
    find_at_most(actor, tx, typed, MOST).await
}

async fn find_at_most(
    actor: &Actor,
    tx: &Tx,
    typed: &str,
    most: u64,
) -> Result<Found, InternalError> {
    let typed = match Typed::read(typed) {
        Reading::Nothing => return Ok(Found::All),
        Reading::Hopeless => return Ok(Found::Few(Vec::new())),
        Reading::Text(typed) => typed,
    };
    let customers = actor.may(Permission::Look);
    let named = if customers {
        apps_named(actor, tx, &typed).await?
    } else {
        Vec::new()
    };
    let condition = Condition {
        typed,
        customers,
        named,
        apps: actor.apps.clone(),
    };
    let by_words = by_words(actor, tx, &condition, most).await?;
    let of_apps = of_apps(tx, &condition.named, most).await?;
    let (Some(mut few), Some(of_apps)) = (by_words, of_apps) else {
        return Ok(Found::Many(Many(condition)));
    };
    if condition.apps.is_limited() && !few.is_empty() {
        few = confirmed(tx, &condition, few).await?;
    }
    few.extend(of_apps);
    if few.len() as u64 > most {
        return Ok(Found::Many(Many(condition)));
    }
    Ok(Found::Few(few.into_iter().collect()))
}

/// The apps of the actor whose name holds the text.
async fn apps_named(actor: &Actor, tx: &Tx, typed: &Typed) -> Result<Vec<AppId>, InternalError> {
    let mut query = tx.all::<app::Entity>();
    if let Some(only) = actor.apps.ids() {
        query = query.filter(app::Column::Id.is_in(only));
    }
    let apps: Vec<app::Model> = query.readable(&**tx, "the names of apps").await?;
    let named = apps.into_iter().filter(|app| typed.is_in(&app.name));
    Ok(named.map(|app| app.id).collect())
}

/// The accounts whose words hold the text, along the index; `None` if there are more.
async fn by_words(
    actor: &Actor,
    tx: &Tx,
    condition: &Condition,
    most: u64,
) -> Result<Option<BTreeSet<Subdomain>>, InternalError> {
    let query = if condition.typed.is_short() {
        FIND_ACCOUNTS_BY_BEGINNING
    } else {
        FIND_ACCOUNTS
    };
    let limit = i64::try_from(most).unwrap_or(i64::MAX - 1) + 1;
    let values = [
        tx.tenant().into(),
        condition.typed.as_str().into(),
        condition.customers.into(),
        limit.into(),
    ];
    let statement = query.with(&actor.db, values);
    let rows = tx.query_all_raw(statement).await?;
    let found: Result<BTreeSet<_>, _> = rows
        .iter()
        .map(|row| row.try_get("", "subdomain"))
        .collect();
    let found: BTreeSet<Subdomain> = found?;
    Ok((found.len() as u64 <= most).then_some(found))
}

/// The accounts that are connected to one of the apps; `None` if there are more.
async fn of_apps(
    tx: &Tx,
    apps: &[AppId],
    most: u64,
) -> Result<Option<BTreeSet<Subdomain>>, InternalError> {
    let mut found = BTreeSet::new();
    for app in apps {
        let rows = tx
            .all::<connection::Entity>()
            .select_only()
            .column(connection::Column::Subdomain)
            .filter(connection::Column::AppId.eq(*app))
            .limit(most + 1)
            .into_tuple::<Subdomain>()
            .all(&**tx)
            .await?;
        found.extend(rows);
        if found.len() as u64 > most {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// Those of the accounts that hold the text where the actor may look: the index knows
/// the approvers of all apps.
async fn confirmed(
    tx: &Tx,
    condition: &Condition,
    few: BTreeSet<Subdomain>,
) -> Result<BTreeSet<Subdomain>, InternalError> {
    let few = Found::Few(few.into_iter().collect());
    let rows = few
        .rows::<account_search::Entity>(tx, account_search::Column::Subdomain)
        .select_only()
        .column(account_search::Column::Subdomain)
        .filter(condition.of::<account_search::Entity>(tx, account_search::Column::Subdomain))
        .into_tuple::<Subdomain>()
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().collect())
}

impl Found {
    /// What of these few accounts is found.
    pub async fn among(self, tx: &Tx, few: &BTreeSet<Subdomain>) -> Result<Self, InternalError> {
        let found = match self {
            Self::All => few.iter().cloned().collect(),
            Self::Few(mut found) => {
                found.retain(|one| few.contains(one));
                found
            }
            Self::Many(Many(condition)) => {
                let found = confirmed(tx, &condition, few.clone()).await?;
                found.into_iter().collect()
            }
        };
        Ok(Self::Few(found))
    }

    /// The tenant's rows of an entity whose account is found.
    pub fn rows<E: Owned>(&self, tx: &Tx, subdomain: E::Column) -> Select<E> {
        match self {
            Self::All => tx.all::<E>(),
            Self::Few(few) => these(tx, subdomain, few),
            Self::Many(Many(condition)) => tx.all::<E>().filter(condition.of::<E>(tx, subdomain)),
        }
    }
}

/// The tenant's rows of these accounts. One value holds all of them, so that the statement
/// is the same for any number. Without statistics, SQLite expects fewer rows of a tenant
/// than of a list of accounts, and would read all of the tenant's rows.
fn these<E: Owned>(tx: &Tx, subdomain: E::Column, few: &[Subdomain]) -> Select<E> {
    let [tenant, subdomain] =
        [E::TENANT, subdomain].map(|column| Expr::col(column.as_column_ref()));
    let few: Vec<&str> = few.iter().map(Subdomain::as_str).collect();
    // Subdomains need no escaping, neither in JSON nor in an array.
    if tx.get_database_backend() == DatabaseBackend::Sqlite {
        let json = if few.is_empty() {
            "[]".to_owned()
        } else {
            format!("[\"{}\"]", few.join("\",\""))
        };
        let exprs = [
            tenant.clone(),
            tx.tenant().into(),
            tenant,
            subdomain,
            tx.tenant().into(),
            json.into(),
        ];
        let within = "(+ ?) = ? AND (?, ?) IN (SELECT ?, value FROM json_each(?))";
        return E::find().filter(Expr::cust_with_exprs(within, exprs));
    }
    let array = format!("{{{}}}", few.join(","));
    tx.all::<E>().filter(Expr::cust_with_exprs(
        "$1 = ANY ($2::text[])",
        [subdomain, array.into()],
    ))
}
