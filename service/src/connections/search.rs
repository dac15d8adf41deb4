//! What a search of the accounts list finds.

use crate::{
    accounts::like,
    entity::{
        account, account_contact,
        connection::{Column, Entity},
    },
    tenancy::Tx,
};
use domain::subdomain::Subdomain;
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, SelectStatement},
};

/// The connections whose subdomain, approver or customer holds the text; `None` if there
/// is none.
pub(super) fn matches(tx: &Tx, typed: &str) -> Option<Condition> {
    let text = typed.trim().to_lowercase();
    if text.is_empty() {
        return None;
    }
    let name = Subdomain::from_typed(&text).map_or_else(|_| text.clone(), String::from);
    let subdomain = Expr::col((Entity, Column::Subdomain));
    Some(
        Condition::any()
            .add(subdomain.like(like(&name)))
            .add(contains(Column::ApprovedByName, &text))
            .add(contains(Column::ApprovedByEmail, &text))
            .add(Column::Subdomain.in_subquery(customers(tx, &text)))
            .add(Column::Subdomain.in_subquery(contacts(tx, &text))),
    )
}

fn contains(column: impl ColumnTrait, text: &str) -> Expr {
    let (table, column) = column.as_column_ref();
    Expr::expr(Func::lower(Expr::col((table, column)))).like(like(text))
}

/// The accounts whose customer's name or external id holds the text.
fn customers(tx: &Tx, text: &str) -> SelectStatement {
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
fn contacts(tx: &Tx, text: &str) -> SelectStatement {
    let any = Condition::any()
        .add(contains(account_contact::Column::Name, text))
        .add(contains(account_contact::Column::Email, text));
    tx.all::<account_contact::Entity>()
        .select_only()
        .column(account_contact::Column::Subdomain)
        .filter(any)
        .into_query()
}
