//! “It's still you”: a person who is signed in proves once more who they are,
//! before what would do most harm in a stolen session.

use super::{
    membership::PersonSummary,
    sign_in::{Given, SignInError, sign_in_again},
    sign_in_audit::{note_detail, note_refused},
};
use crate::{
    audit::Action,
    core::{error::InternalError, services::Services},
};
use domain::time::Span;
use secrecy::SecretString;
use std::net::IpAddr;

/// Nothing was confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The password is not theirs.
    #[error("This is not your password. Nothing was done.")]
    WrongPassword,
    /// There were too many wrong ones.
    #[error("There were too many wrong ones. Wait {}, then try again.", .0.rounded_up().words())]
    Wait(Span),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Confirms with the password. What others guess elsewhere doesn't hold it up;
/// failures are recorded in all of the person's tenants.
///
/// # Errors
/// [`ConfirmError`].
pub async fn with_password(
    services: &Services,
    person: &PersonSummary,
    password: &SecretString,
    address: Option<IpAddr>,
) -> Result<(), ConfirmError> {
    let given = Given {
        email: &person.email,
        password,
        address,
        browser: None,
    };
    let (id, action) = (person.id, Action::Confirmed);
    match sign_in_again(services, &given).await {
        Ok(found) if found == id => {
            note_detail(services, id, address, action, "password").await;
            Ok(())
        }
        Ok(_) | Err(SignInError::Wrong) => {
            note_refused(services, id, address, action, "password").await;
            Err(ConfirmError::WrongPassword)
        }
        Err(SignInError::Wait(wait)) => {
            note_refused(services, id, address, action, "too many").await;
            Err(ConfirmError::Wait(wait))
        }
        Err(SignInError::Internal(error)) => Err(error.into()),
    }
}
