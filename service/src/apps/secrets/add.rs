//! A new client secret, not in use yet.

use super::{SecretError, note_next, open, record, row, seal};
use crate::{
    apps::form::is_credential, audit::Action, core::error::FieldError, encryption::Purpose,
    tenancy::Actor,
};
use domain::{ids::AppId, permission::Permission};
use sea_orm::sea_query::LockType;
use secrecy::{ExposeSecret, SecretString};

/// Stores a client secret to be tested and switched to. It replaces an earlier
/// one that was not switched to.
///
/// # Errors
/// [`SecretError::Invalid`] names the field `new_secret`.
pub async fn add(actor: &Actor, id: AppId, secret: &SecretString) -> Result<(), SecretError> {
    actor.require(Permission::ManageApps)?;
    let invalid =
        |message: &str| SecretError::Invalid(vec![FieldError::new("new_secret", message)]);
    let typed = SecretString::from(secret.expose_secret().trim());
    if !is_credential(typed.expose_secret()) {
        return Err(invalid(
            "Copy the client secret from Gorgias’ partners’ portal; it has 1 to 500 letters, digits and signs, and no blank.",
        ));
    }
    let tx = actor.write().await?;
    let row = row(actor, &tx, id, Some(LockType::NoKeyUpdate)).await?;
    // An unreadable current secret is no reason to refuse another.
    if let Ok(Some(current)) = open(actor, &tx, Purpose::AppClientSecret, id).await
        && current.expose_secret() == typed.expose_secret()
    {
        return Err(invalid("This is the client secret that is in use."));
    }
    seal(actor, &tx, Purpose::AppNextClientSecret, id, &typed).await?;
    note_next(actor, &tx, id, true).await?;
    record(actor, &tx, &row, Action::SecretAdded, "").await?;
    tx.commit().await?;
    Ok(())
}
