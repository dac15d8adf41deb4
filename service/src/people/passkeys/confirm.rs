//! A passkey confirms that it is still the person who signed in.

use super::{
    answer::{self, Answered},
    ceremony::Purpose,
    refusal::Refusal,
    sign_in::PasskeyError,
};
use crate::{
    audit::Action,
    core::services::Services,
    people::{
        guessing::{self, GuessingError, Origin, Whose},
        membership::PersonSummary,
        sign_in_audit::{note_detail, note_refused},
    },
};
use std::net::IpAddr;

/// Confirms with a passkey of the person, for this session.
///
/// # Errors
/// [`PasskeyError`]; failures are recorded in all of the person's tenants.
pub async fn confirm(
    services: &Services,
    person: &PersonSummary,
    session: &str,
    answered: &Answered<'_>,
    address: Option<IpAddr>,
) -> Result<(), PasskeyError> {
    let (id, action) = (person.id, Action::Confirmed);
    let whose = Whose::Address(&person.email);
    let attempt = match guessing::begin(services, whose, Origin::Known("signed in")).await {
        Ok(attempt) => attempt,
        Err(GuessingError::Wait(wait)) => {
            note_refused(services, id, address, action, "too many").await;
            return Err(PasskeyError::Wait(wait));
        }
        Err(GuessingError::Internal(error)) => return Err(error.into()),
    };
    match check(services, person, session, answered).await {
        Ok(()) => {
            attempt.was_right(services).await?;
            note_detail(services, id, address, action, "passkey").await;
            Ok(())
        }
        Err(Refusal::Internal(error)) => {
            attempt.was_not_looked_at(services).await?;
            Err(error.into())
        }
        Err(refusal) => {
            tracing::info!(%refusal, person.id = %id, "a passkey was not accepted");
            let why = format!("passkey {}", refusal.code());
            note_refused(services, id, address, action, &why).await;
            Err(PasskeyError::Refused)
        }
    }
}

async fn check(
    services: &Services,
    person: &PersonSummary,
    session: &str,
    answered: &Answered<'_>,
) -> Result<(), Refusal> {
    let read = answer::read(services, answered.answer).await?;
    if read.row.person_id != person.id || !person.signed_in.is_own_way() {
        return Err(Refusal::OtherPerson);
    }
    answer::check(services, &read, Purpose::Confirm, session, answered.cookie).await
}
