//! Removes a new client secret that is not wanted.

use super::{SecretError, note_next, record, row};
use crate::{audit::Action, encryption::Purpose, tenancy::Actor};
use domain::{ids::AppId, permission::Permission};
use sea_orm::sea_query::LockType;

/// Removes the next client secret.
///
/// # Errors
/// [`SecretError::Forbidden`], [`SecretError::NotFound`], [`SecretError::NoNext`].
pub async fn discard(actor: &Actor, id: AppId) -> Result<(), SecretError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let row = row(actor, &tx, id, Some(LockType::NoKeyUpdate)).await?;
    if row.next_secret_added_at.is_none() {
        return Err(SecretError::NoNext);
    }
    actor
        .vault()
        .forget(&tx, id.0, &[Purpose::AppNextClientSecret])
        .await?;
    note_next(actor, &tx, id, false).await?;
    record(actor, &tx, &row, Action::SecretDiscarded, "").await?;
    tx.commit().await?;
    Ok(())
}
