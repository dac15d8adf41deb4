//! What a search of the accounts list finds.

use crate::{
    core::contains::{contains, like},
    entity::{
        account, account_contact,
        connection::{Column, Entity},
    },
    tenancy::Tx,
};
use domain::subdomain::Subdomain;
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

/// The connections whose subdomain or approver holds the text, or whose customer, for
/// whoever sees `customers`: a search must not tell more than a page. `None` if there is
/// no text.
pub(super) fn matches(tx: &Tx, typed: &str, customers: bool) -> Option<Condition> {
    let text = typed.trim().to_lowercase();
    if text.is_empty() {
        return None;
    }
    let name = Subdomain::from_typed(&text).map_or_else(|_| text.clone(), String::from);
    let subdomain = Expr::col((Entity, Column::Subdomain));
    let found = Condition::any()
        .add(subdomain.like(like(&name)))
        .add(contains(Column::ApprovedByName, &text))
        .add(contains(Column::ApprovedByEmail, &text));
    Some(if customers {
        found
            .add(Column::Subdomain.in_subquery(of_customers(tx, &text)))
            .add(Column::Subdomain.in_subquery(of_contacts(tx, &text)))
    } else {
        found
    })
}

/// The accounts whose customer's name or external id holds the text.
fn of_customers(tx: &Tx, text: &str) -> SelectStatement {
    let any = Condition::any()
        .add(contains(account::Column::Name, text))
        .add(contains(account::Column::ExternalId, text));
    tx.all::<account::Entity>()
        .select_only()
        .column(account::Column::Subdomain)
        .filter(any)
        .into_query()
}

/// The accounts with a contact whose name or address holds the text.
fn of_contacts(tx: &Tx, text: &str) -> SelectStatement {
    let any = Condition::any()
        .add(contains(account_contact::Column::Name, text))
        .add(contains(account_contact::Column::Email, text));
    tx.all::<account_contact::Entity>()
        .select_only()
        .column(account_contact::Column::Subdomain)
        .filter(any)
        .into_query()
}
