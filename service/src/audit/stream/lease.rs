//! Which process streams, and what failed last.

use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::audit_stream::{ActiveModel, Column, Entity, Model},
};
use domain::time::{Span, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

/// The one row.
const ROW: i32 = 1;
/// How long a process that says nothing more keeps the others out.
const HELD_FOR: Span = Span::minutes(1);

/// Takes the turn, if no other process has it.
pub(super) async fn take(services: &Services, holder: Uuid) -> Result<bool, InternalError> {
    let now = services.now();
    let tx = services.db.begin_write().await?;
    let nobody = ActiveModel {
        id: Set(ROW),
        ..Default::default()
    };
    Entity::insert(nobody)
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(&tx)
        .await?;
    let free = Condition::any()
        .add(Column::Holder.is_null())
        .add(Column::Holder.eq(holder))
        .add(Column::HeldUntil.lte(now));
    let done = Entity::update_many()
        .col_expr(Column::Holder, Expr::value(holder))
        .col_expr(Column::HeldUntil, Expr::value(now.plus(HELD_FOR)))
        .filter(Column::Id.eq(ROW))
        .filter(free)
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected == 1)
}

/// Goes on having the turn, unless it was lost: then another process streams.
pub(super) async fn keep(services: &Services, holder: Uuid) -> Result<bool, InternalError> {
    let until = services.now().plus(HELD_FOR);
    let tx = services.db.begin_write().await?;
    let done = Entity::update_many()
        .col_expr(Column::HeldUntil, Expr::value(until))
        .filter(Column::Holder.eq(holder))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected == 1)
}

/// Ends the turn, and notes what failed, or that nothing does.
pub(super) async fn give_back(
    services: &Services,
    holder: Uuid,
    failure: Option<String>,
) -> Result<(), InternalError> {
    let before: Option<Model> = Entity::find_by_id(ROW).row(services.db.read()).await?;
    let since = before.and_then(|row| row.failing_since);
    let since = failure.as_ref().map(|_| since.unwrap_or(services.now()));
    let tx = services.db.begin_write().await?;
    Entity::update_many()
        .col_expr(Column::Holder, Expr::value(None::<Uuid>))
        .col_expr(Column::HeldUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::FailingSince, Expr::value(since))
        .col_expr(Column::Failure, Expr::value(failure))
        .filter(Column::Holder.eq(holder))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Since when writing fails, and why.
pub(super) async fn failing(
    services: &Services,
) -> Result<Option<(Timestamp, String)>, InternalError> {
    let row: Option<Model> = Entity::find_by_id(ROW).row(services.db.read()).await?;
    Ok(row.and_then(|row| Some((row.failing_since?, row.failure?))))
}
