//! The second step of a sign-in. The password was right, but nobody is signed in yet:
//! the browser keeps a sealed note of who wants to be, for ten minutes. It opens
//! nothing by itself, ends when the password changes, and other browsers don't have it.

use super::{
    check::{self, CheckError, Shown},
    of_person,
};
use crate::{
    audit::Action,
    core::{digest::digest, error::InternalError, rows::Rows, services::Services},
    entity::person,
    people::{
        SignedIn,
        guessing::Origin,
        known_browsers,
        membership::{self, PersonSummary},
        refusals::failed_sign_in,
        sign_in_audit::{note_detail, note_refused},
    },
    vault::BriefPurpose,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    factor::Factors,
    ids::PersonId,
    time::{Span, Timestamp},
};
use sea_orm::EntityTrait;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use subtle::ConstantTimeEq;

/// How long the second step may take.
pub const PENDING_FOR: Span = Span::minutes(10);

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Note {
    person: PersonId,
    until: Timestamp,
    /// A digest of the password's hash: with another password it ends.
    password: Vec<u8>,
}

/// A sign-in whose second step is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Who wants to sign in.
    pub person: PersonSummary,
    /// Their second factors, at least one.
    pub factors: Factors,
}

/// The second step was not made.
#[derive(Debug, thiserror::Error)]
pub enum SecondStepError {
    /// It is too late, or was never begun in this browser.
    #[error("this sign-in has ended; begin it again")]
    Ended,
    /// The code is wrong, or has to wait.
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl From<InternalError> for SecondStepError {
    fn from(error: InternalError) -> Self {
        Self::Check(error.into())
    }
}

/// Begins the second step of somebody whose password was right. Gives the note for the
/// browser's cookie; `None` for whoever has no second factor: they can be signed in.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn begin(
    services: &Services,
    id: PersonId,
) -> Result<Option<SecretString>, InternalError> {
    if of_person(services, id).await?.is_empty() {
        return Ok(None);
    }
    let password = password_of(services, id).await?;
    let password = password.ok_or_else(|| InternalError::inconsistent("people", "id", id))?;
    let note = Note {
        person: id,
        until: services.expiry_now().plus(PENDING_FOR),
        password,
    };
    let text =
        serde_json::to_vec(&note).map_err(|_| InternalError::inconsistent("people", "id", id))?;
    let vault = services.vault();
    let sealed = vault.seal_briefly(services, BriefPurpose::SecondStep, &[], &text);
    let cookie = BASE64_URL_SAFE_NO_PAD.encode(sealed.await?);
    Ok(Some(SecretString::from(cookie)))
}

/// The sign-in of a browser's note; `None` if it has ended, if Mooring didn't write it,
/// if the password was changed, or if there is no factor any more.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn pending(
    services: &Services,
    cookie: &SecretString,
) -> Result<Option<Pending>, InternalError> {
    let Ok(sealed) = BASE64_URL_SAFE_NO_PAD.decode(cookie.expose_secret()) else {
        return Ok(None);
    };
    let vault = services.vault();
    let opened = vault.open_briefly(services, BriefPurpose::SecondStep, &[], &sealed);
    let Some(note) = opened
        .await?
        .and_then(|text| serde_json::from_slice::<Note>(&text).ok())
        .filter(|note| note.until > services.expiry_now())
    else {
        return Ok(None);
    };
    let password = password_of(services, note.person).await?;
    let same = password.is_some_and(|now| bool::from(now.ct_eq(&note.password)));
    let factors = of_person(services, note.person).await?;
    if !same || factors.is_empty() {
        return Ok(None);
    }
    let person = membership::person(services, SignedIn::own_way(note.person)).await?;
    Ok(person.map(|person| Pending { person, factors }))
}

/// What somebody gives as the second step.
pub struct Given<'a> {
    /// A code of their app, or a recovery code, as it was typed.
    pub code: &'a SecretString,
    /// Where they are, as far as it is known.
    pub address: Option<IpAddr>,
    /// The browser's own secret, if it has one.
    pub browser: Option<&'a SecretString>,
}

/// Makes the second step; the person can be signed in then. A wrong code is recorded in
/// all of their tenants.
///
/// # Errors
/// [`SecondStepError`].
pub async fn show(
    services: &Services,
    cookie: &SecretString,
    given: &Given<'_>,
) -> Result<(PersonId, Shown), SecondStepError> {
    let pending = pending(services, cookie).await?;
    let Pending { person, .. } = pending.ok_or(SecondStepError::Ended)?;
    let known = match given.browser {
        Some(browser) => known_browsers::known(services, person.id, browser).await?,
        None => None,
    };
    let origin = match &known {
        Some(browser) => Origin::Known(browser),
        None => Origin::Stranger(given.address),
    };
    match check::check(services, &person, given.code, origin, given.address).await {
        Ok(shown) => Ok((person.id, shown)),
        Err(error) => {
            let (id, address) = (person.id, given.address);
            match error {
                CheckError::Wrong => {
                    let (action, why) = (Action::SignedIn, "wrong code");
                    note_refused(services, id, address, action, why).await;
                }
                CheckError::Wait(_) => {
                    failed_sign_in(services, Some(id), address, "too many codes")
                }
                CheckError::Internal(_) => (),
            }
            Err(error.into())
        }
    }
}

/// Records a sign-in with a second factor, as [`crate::people::signed_in`] does one
/// without.
pub async fn signed_in(
    services: &Services,
    person: PersonId,
    shown: Shown,
    address: Option<IpAddr>,
) {
    let detail = format!("password and {}", shown.in_audit());
    note_detail(services, person, address, Action::SignedIn, &detail).await;
}

async fn password_of(services: &Services, id: PersonId) -> Result<Option<Vec<u8>>, InternalError> {
    // Without a tenant's scope: a person's own data belongs to none.
    let row = person::Entity::find_by_id(id)
        .row::<person::Model>(services.db.read())
        .await?;
    Ok(row.map(|row| digest("second step", &row.password_hash.into())))
}
