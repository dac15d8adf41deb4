//! The accounts of a tenant with what is known of their customers, a page at a time.

use super::{
    Customer,
    search::{self, Found},
    show,
};
use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{account, account_tag, connection},
    tenancy::{Actor, Tx},
};
use domain::{customer::Tag, ids::PersonId, subdomain::Subdomain};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

/// The most accounts on a page.
pub const MOST: u64 = 200;

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Part of the subdomain, of what is known of the customer, of who approved, or of an
    /// app's name.
    pub q: String,
    /// Only with this tag.
    pub tag: Option<Tag>,
    /// Only those that this member looks after.
    pub owner: Option<PersonId>,
    /// The `next` of the page before: its last subdomain.
    pub after: Option<Subdomain>,
    /// How many on a page, at most [`MOST`].
    pub limit: u64,
}

/// A page of accounts.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// The accounts, by subdomain.
    pub rows: Vec<Customer>,
    /// The `after` of the next page, if there is one.
    pub next: Option<Subdomain>,
}

/// A page of the accounts that the actor may see, along the key of the table: one query
/// for the accounts, and one each for tags, contacts and owners of all of them.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn list(actor: &Actor, wanted: &AccountQuery) -> Result<AccountPage, InternalError> {
    let tx = actor.read().await?;
    let limit = wanted.limit.clamp(1, MOST);
    let found = search::find(actor, &tx, &wanted.q).await?;
    let query = filtered(actor, &tx, &found, wanted);
    let mut rows: Vec<account::Model> = query
        .order_by_asc(account::Column::Subdomain)
        .limit(limit + 1)
        .readable(&*tx, "a page of accounts")
        .await?;
    // One more than the page shows whether there is another page.
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().map(|row| row.subdomain.clone());
    Ok(AccountPage {
        rows: show::all_with_parts(&tx, rows, show::Parts::ALL).await?,
        next: next.filter(|_| more),
    })
}

fn filtered(
    actor: &Actor,
    tx: &Tx,
    found: &Found,
    wanted: &AccountQuery,
) -> Select<account::Entity> {
    use account::Column;
    let mut query = found.rows::<account::Entity>(tx, Column::Subdomain);
    if let Some(apps) = actor.apps.ids() {
        let connected = tx
            .all::<connection::Entity>()
            .select_only()
            .column(connection::Column::Subdomain)
            .filter(connection::Column::AppId.is_in(apps));
        query = query.filter(Column::Subdomain.in_subquery(connected.into_query()));
    }
    if let Some(after) = &wanted.after {
        query = query.filter(Column::Subdomain.gt(after.as_str()));
    }
    if let Some(owner) = wanted.owner {
        query = query.filter(Column::OwnerId.eq(owner));
    }
    if let Some(tag) = &wanted.tag {
        let tagged = tx
            .all::<account_tag::Entity>()
            .select_only()
            .column(account_tag::Column::Subdomain)
            .filter(account_tag::Column::TagKey.eq(tag.key()));
        query = query.filter(Column::Subdomain.in_subquery(tagged.into_query()));
    }
    query
}
