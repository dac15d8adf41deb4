//! Signing in with a passkey alone.

use super::{
    answer::{self, Answered, Read},
    ceremony::Purpose,
    refusal::Refusal,
};
use crate::{
    audit::Action,
    core::{error::InternalError, services::Services},
    people::{
        guessing::{self, GuessingError, Origin, Whose},
        known_browsers,
        refusals::failed_sign_in,
        sign_in_audit::note_detail,
    },
};
use domain::{ids::PersonId, time::Span};
use secrecy::SecretString;
use std::net::IpAddr;

/// A passkey was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// It is never said why.
    #[error("This passkey was not accepted. Try again, or take the other way.")]
    Refused,
    /// There were too many failures.
    #[error("There were too many failures. Wait {}, then try again.", .0.rounded_up().words())]
    Wait(Span),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<GuessingError> for PasskeyError {
    fn from(error: GuessingError) -> Self {
        match error {
            GuessingError::Wait(wait) => Self::Wait(wait),
            GuessingError::Internal(error) => Self::Internal(error),
        }
    }
}

/// The person whose passkey answered the challenge of this browser. Failures count
/// as guessing from their network (ADR 29).
///
/// # Errors
/// [`PasskeyError`]; whoever it is, it is never said why.
pub async fn sign_in(
    services: &Services,
    answered: &Answered<'_>,
    browser: Option<&SecretString>,
    address: Option<IpAddr>,
) -> Result<PersonId, PasskeyError> {
    let read = match answer::read(services, answered.answer).await {
        Err(Refusal::Internal(error)) => return Err(error.into()),
        read => read,
    };
    let person = read.as_ref().ok().map(|read| read.row.person_id);
    let known = match (person, browser) {
        (Some(person), Some(browser)) => known_browsers::known(services, person, browser).await?,
        _ => None,
    };
    let origin = match &known {
        Some(browser) => Origin::Known(browser),
        None => Origin::Network(address),
    };
    let attempt = match guessing::begin(services, Whose::Passkey(person), origin).await {
        Err(GuessingError::Wait(wait)) => {
            failed_sign_in(services, person, address, "too many");
            return Err(PasskeyError::Wait(wait));
        }
        attempt => attempt?,
    };
    let checked = match read {
        Ok(read) => check(services, &read, answered.cookie).await,
        Err(refusal) => Err(refusal),
    };
    match checked {
        Ok(person) => {
            attempt.was_right(services).await?;
            Ok(person)
        }
        Err(Refusal::Internal(error)) => {
            attempt.was_not_looked_at(services).await?;
            Err(error.into())
        }
        Err(refusal) => {
            tracing::info!(%refusal, "a passkey was not accepted");
            let why = format!("passkey {}", refusal.code());
            failed_sign_in(services, person, address, &why);
            Err(PasskeyError::Refused)
        }
    }
}

/// Records a sign-in with a passkey, as [`crate::people::signed_in`] does one with a
/// password.
pub async fn signed_in(services: &Services, person: PersonId, address: Option<IpAddr>) {
    note_detail(services, person, address, Action::SignedIn, "passkey").await;
}

async fn check(
    services: &Services,
    read: &Read,
    cookie: Option<&SecretString>,
) -> Result<PersonId, Refusal> {
    answer::check(services, read, Purpose::SignIn, "", cookie).await?;
    Ok(read.row.person_id)
}
