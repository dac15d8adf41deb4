//! The columns of the accounts list that a person chose for themselves, in one tenant.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::membership::{self, Column},
    tenancy::Actor,
};
use domain::account_columns::Columns;
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// The chosen columns; `None` if the actor chose none.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn own(actor: &Actor) -> Result<Option<Columns>, InternalError> {
    let Some(person) = actor.person() else {
        return Ok(None);
    };
    let tx = actor.read().await?;
    let row: Option<membership::Model> = tx
        .all::<membership::Entity>()
        .filter(Column::PersonId.eq(person))
        .row(&*tx)
        .await?;
    Ok(row.and_then(|row| row.columns))
}

/// Chooses columns, or with `None` the usual ones.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn choose(actor: &Actor, columns: Option<Columns>) -> Result<(), InternalError> {
    let Some(person) = actor.person() else {
        return Ok(());
    };
    let tx = actor.write().await?;
    tx.update::<membership::Entity>()
        .filter(Column::PersonId.eq(person))
        .col_expr(Column::Columns, Expr::value(columns))
        .exec(&*tx)
        .await?;
    tx.commit().await
}
