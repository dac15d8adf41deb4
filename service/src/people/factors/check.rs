//! Looks at what somebody shows as their second factor: a code of their app, or a
//! recovery code. Guessing is slowed as that of passwords is, by counters of its own:
//! whoever knows the password must not get fresh tries by giving it again.

use super::{authenticator, recovery_codes};
use crate::{
    audit::Action,
    core::{error::InternalError, services::Services},
    people::{
        guessing::{self, GuessingError, Origin, Whose},
        membership::PersonSummary,
        notices::{self, Notice},
        sign_in_audit::note_detail,
    },
};
use domain::{recovery_code, time::Span, totp::typed_code};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;

/// After so many wrong codes in a row the person is told, once.
const TOLD_AT: u32 = 5;

/// What was shown, and was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A code of the authenticator app.
    Code,
    /// A recovery code.
    RecoveryCode {
        /// How many are left.
        left: u64,
    },
}

impl Shown {
    /// How the audit names it.
    pub(crate) fn in_audit(self) -> String {
        match self {
            Self::Code => "authenticator".to_owned(),
            Self::RecoveryCode { left } => format!("recovery code, {left} left"),
        }
    }
}

/// The second factor was not shown.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It is no code of theirs, or one that was used.
    #[error(
        "This code is not right, or was used already. Wait for the next one in your app, or use another recovery code."
    )]
    Wrong,
    /// There were too many wrong ones.
    #[error("There were too many wrong codes. Wait {}, then try again.", .0.rounded_up().words())]
    Wait(Span),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<GuessingError> for CheckError {
    fn from(error: GuessingError) -> Self {
        match error {
            GuessingError::Wait(wait) => Self::Wait(wait),
            GuessingError::Internal(error) => Self::Internal(error),
        }
    }
}

/// Looks at what the person typed. A recovery code is used up, told and recorded.
///
/// # Errors
/// [`CheckError`].
pub(crate) async fn check(
    services: &Services,
    person: &PersonSummary,
    typed: &SecretString,
    origin: Origin<'_>,
    address: Option<IpAddr>,
) -> Result<Shown, CheckError> {
    let attempt = guessing::begin(services, Whose::Codes(person.id), origin).await?;
    let shown = match look(services, person, typed, address).await {
        Ok(shown) => shown,
        Err(error) => {
            attempt.was_not_looked_at(services).await?;
            return Err(error.into());
        }
    };
    let Some(shown) = shown else {
        if attempt.failures() == TOLD_AT {
            tell(services, person, address).await?;
        }
        return Err(CheckError::Wrong);
    };
    attempt.was_right(services).await?;
    if let Shown::RecoveryCode { left } = shown {
        let (action, detail) = (Action::RecoveryCodeUsed, format!("{left} left"));
        note_detail(services, person.id, address, action, &detail).await;
    }
    Ok(shown)
}

async fn look(
    services: &Services,
    person: &PersonSummary,
    typed: &SecretString,
    address: Option<IpAddr>,
) -> Result<Option<Shown>, InternalError> {
    let typed = typed.expose_secret();
    if let Some(code) = typed_code(typed) {
        let taken = authenticator::take(services, person.id, &code).await?;
        return Ok(taken.then_some(Shown::Code));
    }
    let Some(code) = recovery_code::typed(typed) else {
        return Ok(None);
    };
    let left = recovery_codes::take(services, person, code.into(), address).await?;
    Ok(left.map(|left| Shown::RecoveryCode { left }))
}

/// Somebody seems to know the password, or to sit at an open session.
async fn tell(
    services: &Services,
    person: &PersonSummary,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    notices::queue(services, &tx, person, &Notice::CodesGuessed, address).await?;
    tx.commit().await?;
    Ok(())
}
