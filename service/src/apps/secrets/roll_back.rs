//! Puts the previous client secret back.

use super::{SecretError, note_next, open, record, row, seal, take_back_fault};
use crate::{audit::Action, encryption::Purpose, entity::app, tenancy::Actor};
use domain::{ids::AppId, permission::Permission};
use sea_orm::{
    ColumnTrait, QueryFilter,
    sea_query::{Expr, LockType},
};

/// Puts the previous client secret back into use. The current one becomes the
/// next one, untested, if there is no next one.
///
/// # Errors
/// [`SecretError::NoPrevious`] after a day.
pub async fn roll_back(actor: &Actor, id: AppId) -> Result<(), SecretError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let row = row(actor, &tx, id, Some(LockType::NoKeyUpdate)).await?;
    if row
        .previous_secret_until
        .is_none_or(|until| until <= actor.expiry_now())
    {
        return Err(SecretError::NoPrevious);
    }
    let previous = open(actor, &tx, Purpose::AppPreviousClientSecret, id)
        .await?
        .ok_or(SecretError::NoPrevious)?;
    if row.next_secret_added_at.is_none()
        && let Ok(Some(current)) = open(actor, &tx, Purpose::AppClientSecret, id).await
    {
        seal(actor, &tx, Purpose::AppNextClientSecret, id, &current).await?;
        note_next(actor, &tx, id, true).await?;
    }
    seal(actor, &tx, Purpose::AppClientSecret, id, &previous).await?;
    actor
        .vault()
        .forget(&tx, id.0, &[Purpose::AppPreviousClientSecret])
        .await?;
    tx.update::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .col_expr(
            app::Column::PreviousSecretUntil,
            Expr::value(Option::<i64>::None),
        )
        .exec(&*tx)
        .await?;
    record(actor, &tx, &row, Action::SecretRolledBack, "").await?;
    tx.commit().await?;
    take_back_fault(actor, id).await?;
    Ok(())
}
