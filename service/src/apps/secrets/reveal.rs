//! Shows a client secret to a person who confirmed that it is still them.

use super::{SecretError, row};
use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{Forbidden, InternalError},
    encryption::Purpose,
    tenancy::{Actor, Confirmed, Tx},
};
use domain::{ids::AppId, permission::Permission, time::Span};
use secrecy::SecretString;

/// How long a page may show it.
pub const SHOWN_FOR: Span = Span::seconds(30);

/// Why the secret is not shown.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// The role doesn't allow it, or the caller is no person.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such app.
    #[error("there is no such app")]
    NotFound,
    /// It could not be recorded, so it is not shown.
    #[error("the audit can't be written, so nothing is shown; try again later")]
    NotRecorded(#[source] InternalError),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<SecretError> for RevealError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Forbidden(forbidden) => Self::Forbidden(forbidden),
            SecretError::Internal(fault) => Self::Internal(fault),
            _ => Self::NotFound,
        }
    }
}

/// The client secret that is in use, for a person who confirmed that it is still
/// them. It is recorded before it is given.
///
/// # Errors
/// See [`RevealError`].
pub async fn reveal(
    actor: &Actor,
    confirmed: &Confirmed,
    id: AppId,
) -> Result<SecretString, RevealError> {
    actor.require(Permission::ManageApps)?;
    actor.require_confirmed(confirmed)?;
    if actor.person().is_none() {
        return Err(Forbidden.into());
    }
    let tx = actor.read().await?;
    let app = row(actor, &tx, id, None).await?;
    drop(tx);
    let entry = Entry::of(actor, Action::SecretShown, Target::app(app.id, &app.slug));
    let tx = actor.write().await?;
    let secret = super::open(actor, &tx, Purpose::AppClientSecret, id).await?;
    let secret =
        secret.ok_or_else(|| InternalError::inconsistent("credentials", "owner_id", id))?;
    record(actor, tx, &entry).await?;
    Ok(secret)
}

async fn record(actor: &Actor, tx: Tx, entry: &Entry) -> Result<(), RevealError> {
    let recorded = async {
        audit::record(actor.services(), &tx, entry).await?;
        tx.commit().await
    };
    recorded.await.map_err(RevealError::NotRecorded)
}
