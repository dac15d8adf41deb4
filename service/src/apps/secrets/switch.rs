//! Switches to the next client secret.

use super::{
    SecretError, keep_previous, next, note_next, open, record, row, seal, take_back_fault,
};
use crate::{audit::Action, encryption::Purpose, tenancy::Actor};
use domain::{ids::AppId, permission::Permission};
use sea_orm::sea_query::LockType;

/// Puts the next client secret into use; the old one is kept for a day.
///
/// # Errors
/// [`SecretError::NotReady`] if Gorgias has not accepted it in a test, though
/// there is a connection to test it with.
pub async fn switch(actor: &Actor, id: AppId) -> Result<(), SecretError> {
    actor.require(Permission::ManageApps)?;
    let tx = actor.write().await?;
    let row = row(actor, &tx, id, Some(LockType::NoKeyUpdate)).await?;
    let slot = next(&row)?.ok_or(SecretError::NoNext)?;
    if !slot.ready() {
        return Err(SecretError::NotReady);
    }
    let secret = open(actor, &tx, Purpose::AppNextClientSecret, id)
        .await?
        .ok_or(SecretError::NoNext)?;
    keep_previous(actor, &tx, id).await?;
    seal(actor, &tx, Purpose::AppClientSecret, id, &secret).await?;
    actor
        .vault()
        .forget(&tx, id.0, &[Purpose::AppNextClientSecret])
        .await?;
    note_next(actor, &tx, id, false).await?;
    record(actor, &tx, &row, Action::SecretSwitched, "").await?;
    tx.commit().await?;
    take_back_fault(actor, id).await?;
    Ok(())
}
