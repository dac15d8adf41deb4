//! Shows a client secret to a person who has just entered the password again.

use super::{SecretError, row};
use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{Forbidden, InternalError},
    encryption::Purpose,
    people::sign_in::{self, Given, SignInError},
    tenancy::{Actor, Tx, Who},
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
    /// The password is wrong.
    #[error("This is not your password. Nothing is shown.")]
    WrongPassword,
    /// There were too many wrong passwords.
    #[error("There were too many wrong passwords. Wait {}, then try again. Nothing is shown.", .0.rounded_up().words())]
    Wait(Span),
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

/// The client secret that is in use, for the person with this password. It is
/// recorded before it is given; a wrong password is recorded as well.
///
/// # Errors
/// See [`RevealError`].
pub async fn reveal(
    actor: &Actor,
    id: AppId,
    password: &SecretString,
) -> Result<SecretString, RevealError> {
    actor.require(Permission::ManageApps)?;
    let Who::Person {
        id: person, email, ..
    } = &actor.who
    else {
        return Err(Forbidden.into());
    };
    let tx = actor.read().await?;
    let app = row(actor, &tx, id, None).await?;
    drop(tx);
    let entry = Entry::of(actor, Action::SecretShown, Target::app(app.id, &app.slug));
    // The same check as at sign-in, with the same limits on guessing.
    let given = Given {
        email,
        password,
        address: actor.address,
        browser: None,
    };
    match sign_in::sign_in_again(actor.services(), &given).await {
        Ok(found) if found == *person => (),
        Ok(_) | Err(SignInError::Wrong) => {
            let tx = actor.write().await?;
            record(actor, tx, &entry.detail("password").refused()).await?;
            return Err(RevealError::WrongPassword);
        }
        Err(SignInError::Wait(wait)) => {
            let tx = actor.write().await?;
            record(actor, tx, &entry.detail("too many").refused()).await?;
            return Err(RevealError::Wait(wait));
        }
        Err(SignInError::Internal(fault)) => return Err(fault.into()),
    }
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
