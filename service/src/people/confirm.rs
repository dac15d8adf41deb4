//! Asks somebody who is signed in whether it is still them.

use super::{
    factors::{
        self,
        check::{self, CheckError},
    },
    guessing::Origin,
    membership::PersonSummary,
    sign_in::{Given, SignInError, sign_in_again},
    sign_in_audit::{note_detail, note_refused},
};
use crate::{
    audit::Action,
    core::{error::InternalError, services::Services},
};
use domain::{factor::Factors, time::Span};
use secrecy::SecretString;
use std::net::IpAddr;

/// Nothing was confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The password is not theirs.
    #[error("This is not your password. Nothing was done.")]
    WrongPassword,
    /// The code is not theirs, or was used before.
    #[error("This code is not right, or was used already. Nothing was done.")]
    WrongCode,
    /// There were too many wrong ones.
    #[error("There were too many wrong ones. Wait {}, then try again.", .0.rounded_up().words())]
    Wait(Span),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The second factors that are asked for; if there is none, the password is.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn asked_for(
    services: &Services,
    person: &PersonSummary,
) -> Result<Factors, InternalError> {
    factors::of_person(services, person.id).await
}

/// Confirms with what the person typed: a code if they have a second factor (a recovery
/// code if that is a passkey), else the password. Whoever has a second factor doesn't confirm with less. What others guess
/// elsewhere doesn't hold it up; failures are recorded in all of the person's tenants.
///
/// # Errors
/// [`ConfirmError`].
pub async fn confirm(
    services: &Services,
    person: &PersonSummary,
    typed: &SecretString,
    address: Option<IpAddr>,
) -> Result<(), ConfirmError> {
    let (how, confirmed) = if asked_for(services, person).await?.is_empty() {
        let confirmed = with_password(services, person, typed, address).await;
        ("password", confirmed.map(|()| "password".to_owned()))
    } else {
        ("code", with_code(services, person, typed, address).await)
    };
    let (id, action) = (person.id, Action::Confirmed);
    match &confirmed {
        Ok(detail) => note_detail(services, id, address, action, detail).await,
        Err(ConfirmError::WrongPassword | ConfirmError::WrongCode) => {
            note_refused(services, id, address, action, how).await;
        }
        Err(ConfirmError::Wait(_)) => {
            note_refused(services, id, address, action, "too many").await;
        }
        Err(ConfirmError::Internal(_)) => (),
    }
    confirmed.map(drop)
}

async fn with_password(
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
    match sign_in_again(services, &given).await {
        Ok(found) if found == person.id => Ok(()),
        Ok(_) | Err(SignInError::Wrong) => Err(ConfirmError::WrongPassword),
        Err(SignInError::Wait(wait)) => Err(ConfirmError::Wait(wait)),
        Err(SignInError::Internal(error)) => Err(error.into()),
    }
}

async fn with_code(
    services: &Services,
    person: &PersonSummary,
    code: &SecretString,
    address: Option<IpAddr>,
) -> Result<String, ConfirmError> {
    let origin = Origin::Known("signed in");
    match check::check(services, person, code, origin, address).await {
        Ok(shown) => Ok(shown.in_audit()),
        Err(CheckError::Wrong) => Err(ConfirmError::WrongCode),
        Err(CheckError::Wait(wait)) => Err(ConfirmError::Wait(wait)),
        Err(CheckError::Internal(error)) => Err(error.into()),
    }
}
