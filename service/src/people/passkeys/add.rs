//! Adding a passkey.

use super::{
    answer::{Answered, LONGEST_ANSWER},
    ceremony::{Purpose, take},
    refusal::Refusal,
    relying_party::{ALGORITHMS, relying_party},
};
use crate::{
    audit::Action,
    core::{
        database::Transaction,
        error::{FieldError, InternalError},
        services::Services,
    },
    entity::passkey::{ActiveModel, Column, Entity},
    people::{
        factors::{
            self,
            recovery_codes::{self, Fresh},
        },
        membership::PersonSummary,
        notices::{self, Notice},
        sessions,
        sign_in_audit::note_passkey,
    },
    tenancy::Confirmed,
};
use domain::{
    ids::{PasskeyId, PersonId},
    passkey::{self, LONGEST_NAME, MOST},
};
use passki::{RegistrationCredential, RegistrationState, StoredPasskey};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::OnConflict,
};
use secrecy::SecretString;
use std::net::IpAddr;

/// The longest name of a credential (WebAuthn, “Credential ID”).
const LONGEST_ID: usize = 1023;

/// A passkey was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// Some fields won't do; each entry names its field: `name`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// The person has to confirm first that it is still them.
    #[error("confirm first that it is still you")]
    NotConfirmed,
    /// The person has as many passkeys as they may.
    #[error("you have {MOST} passkeys; remove one first")]
    TooMany,
    /// The answer was not accepted.
    #[error("The passkey was not added, since its answer was not accepted. Try again.")]
    Refused,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for AddError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// A new passkey.
pub struct New<'a> {
    /// What the person calls it.
    pub name: &'a str,
    /// What the browser brought.
    pub answered: Answered<'a>,
    /// The session that stays; all others end.
    pub session: &'a str,
    /// Where the person is, as far as it is known.
    pub address: Option<IpAddr>,
}

/// The name that a person types for a passkey.
pub(super) fn name(typed: &str) -> Result<&str, Vec<FieldError>> {
    passkey::name(typed).ok_or_else(|| {
        let text = format!("Enter a name, with {LONGEST_NAME} letters at most.");
        vec![FieldError::new("name", text)]
    })
}

/// What adding one did.
#[derive(Debug)]
pub struct Added {
    /// How many other sessions of the person ended.
    pub ended: u64,
    /// New recovery codes as lines, to be shown once: if the person had none.
    pub codes: Option<SecretString>,
}

/// Adds it and ends the person's other sessions. From then on the password alone signs
/// nobody in, so whoever has no recovery codes gets some.
///
/// # Errors
/// [`AddError`]; nothing is changed then.
pub async fn add(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
    new: New<'_>,
) -> Result<Added, AddError> {
    if !confirmed.is_of(person.id) || !person.signed_in.is_own_way() {
        return Err(AddError::NotConfirmed);
    }
    let name = name(new.name).map_err(AddError::Invalid)?;
    let passkey = match check(services, person.id, &new).await {
        Ok(passkey) => passkey,
        Err(Refusal::Internal(error)) => return Err(error.into()),
        Err(refusal) => {
            tracing::info!(%refusal, person.id = %person.id, "a passkey was not added");
            return Err(AddError::Refused);
        }
    };
    let id = PasskeyId(services.new_uuid());
    let row = ActiveModel {
        id: Set(id),
        person_id: Set(person.id),
        counter: Set(passkey.counter.into()),
        credential: Set(serde_json::to_string(&passkey).map_err(|_| InternalError::Passkey)?),
        credential_id: Set(passkey.credential_id),
        name: Set(name.to_owned()),
        created_at: Set(services.expiry_now()),
        last_used_at: Set(None),
    };
    // Hashing takes half a second, so it comes before the transaction.
    let fresh = match recovery_codes::left(services, person.id).await? {
        0 => Some(Fresh::make(services).await?),
        _ => None,
    };
    // Without a tenant's scope: a person's own data belongs to none.
    let tx = factors::begin_change(services, person.id).await?;
    if count(&tx, person.id).await? >= MOST {
        return Err(AddError::TooMany);
    }
    let unique = OnConflict::column(Column::CredentialId)
        .do_nothing()
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(unique)
        .exec_without_returning(&tx)
        .await?;
    if written == 0 {
        return Err(AddError::Refused);
    }
    let codes = match fresh {
        // Of two added at once, the first one stored some.
        Some(fresh) if recovery_codes::left_in(&tx, person.id).await? == 0 => {
            Some(fresh.store(services, &tx, person.id).await?)
        }
        _ => None,
    };
    let ended = sessions::end_others_in(&tx, person.id, new.session).await?;
    let notice = Notice::PasskeyAdded(name.to_owned());
    notices::queue(services, &tx, person, &notice, new.address).await?;
    tx.commit().await?;
    note_passkey(services, person.id, id, new.address, Action::PasskeyAdded).await;
    Ok(Added { ended, codes })
}

async fn check(
    services: &Services,
    person: PersonId,
    new: &New<'_>,
) -> Result<StoredPasskey, Refusal> {
    let Answered { cookie, answer } = new.answered;
    let party = relying_party(&services.config).ok_or(Refusal::NoChallenge)?;
    let state: RegistrationState = take(services, Purpose::Add, new.session, cookie).await?;
    if state.user.id != passki::Passki::base64_encode(person.0.as_bytes()) {
        return Err(Refusal::OtherPerson);
    }
    if answer.len() > LONGEST_ANSWER {
        return Err(Refusal::Unreadable);
    }
    let credential: RegistrationCredential =
        serde_json::from_str(answer).map_err(|_| Refusal::Unreadable)?;
    let passkey = party.finish_passkey_registration(&credential, &state)?;
    // The library stores any; one that wasn't asked for would never sign in.
    let asked_for = ALGORITHMS.contains(&passkey.algorithm);
    if passkey.credential_id.len() > LONGEST_ID || !asked_for {
        return Err(Refusal::Unreadable);
    }
    Ok(passkey)
}

/// How many the person has.
async fn count(tx: &Transaction, id: PersonId) -> Result<u64, InternalError> {
    let own = Entity::find().filter(Column::PersonId.eq(id));
    Ok(own.count(tx).await?)
}
