//! The answers of authenticators, and whether they are right.

use super::{
    ceremony::{Purpose, take},
    refusal::Refusal,
    relying_party::relying_party,
};
use crate::{
    core::{rows::Rows, services::Services},
    entity::passkey::{Column, Entity, Model},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use passki::{AuthenticationCredential, AuthenticationState, PasskiError, StoredPasskey};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;

/// The longest answer that is read, in bytes. A usual one has a thousand.
pub const LONGEST_ANSWER: usize = 16_000;

/// What a browser brings.
pub struct Answered<'a> {
    /// The cookie of its challenge.
    pub cookie: Option<&'a SecretString>,
    /// The authenticator's answer as JSON (`PublicKeyCredential.toJSON()`).
    pub answer: &'a str,
}

/// An answer that was read, and the row of the passkey that it names.
pub(super) struct Read {
    credential: AuthenticationCredential,
    pub row: Model,
}

/// Reads an answer and looks for its passkey.
pub(super) async fn read(services: &Services, answer: &str) -> Result<Read, Refusal> {
    if answer.len() > LONGEST_ANSWER {
        return Err(Refusal::Unreadable);
    }
    let credential: AuthenticationCredential =
        serde_json::from_str(answer).map_err(|_| Refusal::Unreadable)?;
    let id = BASE64_URL_SAFE_NO_PAD.decode(&credential.raw_id);
    let id = id.map_err(|_| Refusal::Unreadable)?;
    // Without a tenant's scope: whose it is, is not known yet.
    let row = Entity::find()
        .filter(Column::CredentialId.eq(id))
        .row::<Model>(services.db.read())
        .await?;
    let row = row.ok_or(Refusal::Unknown)?;
    Ok(Read { credential, row })
}

/// Checks an answer for this purpose and session, and notes its use. The challenge
/// is used up also if the answer is wrong.
pub(super) async fn check(
    services: &Services,
    read: &Read,
    purpose: Purpose,
    session: &str,
    cookie: Option<&SecretString>,
) -> Result<(), Refusal> {
    let Read { credential, row } = read;
    let party = relying_party(&services.config).ok_or(Refusal::NoChallenge)?;
    let state: AuthenticationState = take(services, purpose, session, cookie).await?;
    let stored = stored(row)?;
    let answer = match party.finish_passkey_authentication(credential, &state, &stored) {
        Err(PasskiError::CounterRegression) => {
            // The counter is looked at before the signature, but anybody can send a
            // number: only a right signature shows that there are two copies.
            let mut uncounted = stored;
            uncounted.counter = 0;
            party.finish_passkey_authentication(credential, &state, &uncounted)?;
            return Err(Refusal::Counter);
        }
        other => other?,
    };
    // Every passkey here was made for one person, whose id it brings.
    if answer.user_handle.as_deref() != Some(row.person_id.0.as_bytes()) {
        return Err(Refusal::OtherPerson);
    }
    note_use(services, row, answer.counter).await
}

/// The passkey as the library reads it. The counter has a column of its own, so
/// that it is compared and set in one statement.
pub(super) fn stored(row: &Model) -> Result<StoredPasskey, Refusal> {
    let mut stored: StoredPasskey =
        serde_json::from_str(&row.credential).map_err(|_| Refusal::Unreadable)?;
    stored.counter = u32::try_from(row.counter).map_err(|_| Refusal::Unreadable)?;
    Ok(stored)
}

/// Of two answers with one number at the same moment, one counts.
async fn note_use(services: &Services, row: &Model, counter: u32) -> Result<(), Refusal> {
    let (now, counter) = (services.expiry_now(), i64::from(counter));
    let grows = Column::Counter.lt(counter);
    let none = Condition::all()
        .add(Column::Counter.eq(0))
        .add(Expr::value(counter == 0));
    let tx = services.db.begin_write().await?;
    let noted = Entity::update_many()
        .col_expr(Column::Counter, Expr::value(counter))
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(row.id))
        .filter(Condition::any().add(grows).add(none))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    if noted.rows_affected == 0 {
        return Err(Refusal::Counter);
    }
    Ok(())
}
