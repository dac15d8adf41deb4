//! How far the accounts of campaigns are, as their links and approvals say.

use crate::{
    core::error::InternalError,
    entity::campaign_account::{Column, Entity},
    tenancy::Tx,
};
use domain::{campaign::Stage, ids::ConnectionId};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

/// A link of the connection was opened.
pub(crate) async fn link_opened(tx: &Tx, connection: ConnectionId) -> Result<(), InternalError> {
    tx.update::<Entity>()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Stage.eq(Stage::Sent))
        .col_expr(Column::Stage, Expr::value(Stage::Opened))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The connection was approved, with whichever link.
pub(crate) async fn approved(tx: &Tx, connection: ConnectionId) -> Result<(), InternalError> {
    tx.update::<Entity>()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Stage.ne(Stage::Approved))
        .col_expr(Column::Stage, Expr::value(Stage::Approved))
        .exec(&**tx)
        .await?;
    Ok(())
}
