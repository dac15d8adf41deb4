//! An authenticator app as second factor: setting it up, its codes, switching it off.
//!
//! The key is sealed under the installation's data key, bound to its person. A set-up
//! stands beside the key that is in use until a code has shown that the app has it.

use super::{
    change::{self, FactorChange, FactorError},
    recovery_codes::{self, Fresh},
};
use crate::{
    audit::Action,
    core::{
        database::Transaction,
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{authenticator as in_use, authenticator_set_up as set_up},
    people::{membership::PersonSummary, notices::Notice},
    tenancy::Confirmed,
    vault::SealedOwn,
};
use domain::{
    factor::Factor,
    ids::PersonId,
    time::{Span, Timestamp},
    totp::{AuthenticatorKey, KEY_LENGTH, Step, typed_code},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// How long a set-up can be finished.
pub const SET_UP_FOR: Span = Span::minutes(15);
/// The name that the app shows.
const ISSUER: &str = "Mooring";

/// A person's app, as they see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// Since when it is on.
    pub since: Timestamp,
    /// When a code of it was used last.
    pub last_used_at: Option<Timestamp>,
}

/// A set-up that is under way; shown to its person alone.
pub struct SetUp {
    /// The key, for typing.
    pub key: SecretString,
    /// The address that apps read from a picture.
    pub address: SecretString,
    /// Until when it can be finished.
    pub expires_at: Timestamp,
}

/// The app that is on, if there is one.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_person(
    services: &Services,
    person: PersonId,
) -> Result<Option<Authenticator>, InternalError> {
    let row = in_use::Entity::find_by_id(person)
        .row::<in_use::Model>(services.db.read())
        .await?;
    Ok(row.map(|row| Authenticator {
        since: row.since,
        last_used_at: row.last_used_at,
    }))
}

/// Begins a set-up with a new key; one that was begun before ends. The app that is in
/// use stays in use.
///
/// # Errors
/// [`FactorError::NotConfirmed`], or the database failed.
pub async fn begin(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
) -> Result<(), FactorError> {
    change::require_confirmed(person, confirmed)?;
    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    services.random.fill(bytes.as_mut());
    let key = SecretString::from(AuthenticatorKey::new(*bytes).text());
    let tx = services.db.begin_write().await?;
    let (vault, purpose) = (services.vault(), of_set_up(person.id));
    let sealed = vault.seal_own(services, &tx, &purpose, &key).await?;
    let row = set_up::ActiveModel {
        person_id: Set(person.id),
        data_key_id: Set(sealed.data_key),
        nonce: Set(sealed.nonce),
        ciphertext: Set(sealed.ciphertext),
        expires_at: Set(services.expiry_now().plus(SET_UP_FOR)),
    };
    set_up::Entity::insert(row)
        .on_conflict(
            OnConflict::column(set_up::Column::PersonId)
                .update_columns([
                    set_up::Column::DataKeyId,
                    set_up::Column::Nonce,
                    set_up::Column::Ciphertext,
                    set_up::Column::ExpiresAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The set-up that is under way, for its page.
///
/// # Errors
/// [`FactorError::NotConfirmed`], since whoever sees the key could finish it;
/// [`FactorError::SetUpEnded`] if there is none.
pub async fn under_way(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
) -> Result<SetUp, FactorError> {
    change::require_confirmed(person, confirmed)?;
    let (row, key) = find_set_up(services, person.id).await?;
    let text = SecretString::from(key.text());
    let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let address = format!(
        "otpauth://totp/{ISSUER}:{}?secret={}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30",
        escape(&person.email),
        text.expose_secret()
    );
    Ok(SetUp {
        address: SecretString::from(address),
        key: text,
        expires_at: row.expires_at,
    })
}

/// Switches the app on, with a code that shows that it has the key. An app that was in
/// use before is so no more. Gives new recovery codes as lines, to be shown once.
///
/// # Errors
/// [`FactorError`]; nothing is changed then.
pub async fn finish(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
    typed: &str,
    by: FactorChange<'_>,
) -> Result<SecretString, FactorError> {
    change::require_confirmed(person, confirmed)?;
    let (row, key) = find_set_up(services, person.id).await?;
    // By the clock as it is: a clock in doubt stands still, and the app's doesn't.
    let now = services.now();
    let step = typed_code(typed).and_then(|code| key.step_of(&code, now, Step::NONE));
    let step = step.ok_or_else(|| {
        let text = "This is not the present code of the app. Check that the app has this key and that the clock of its device is right.";
        FactorError::Invalid(vec![FieldError::new("code", text)])
    })?;
    let fresh = Fresh::make(services).await?;
    let tx = change::begin(services, person.id).await?;
    // Of two at once, one goes on; neither does with a key that was replaced meanwhile.
    let taken = set_up::Entity::delete_many()
        .filter(set_up::Column::PersonId.eq(person.id))
        .filter(set_up::Column::Nonce.eq(row.nonce))
        .exec(&tx)
        .await?;
    if taken.rows_affected != 1 {
        return Err(FactorError::SetUpEnded);
    }
    store(services, &tx, person.id, &key, step).await?;
    let codes = fresh.store(services, &tx, person.id).await?;
    change::finish(services, tx, person, by, &Notice::AuthenticatorAdded).await?;
    let detail = Factor::Authenticator.code();
    change::note(services, person.id, by, Action::FactorAdded, detail).await;
    Ok(codes)
}

async fn store(
    services: &Services,
    tx: &Transaction,
    person: PersonId,
    key: &AuthenticatorKey,
    step: Step,
) -> Result<(), InternalError> {
    let text = SecretString::from(key.text());
    let vault = services.vault();
    let sealed = vault.seal_own(services, tx, &of_key(person), &text).await?;
    let now = services.expiry_now();
    let row = in_use::ActiveModel {
        person_id: Set(person),
        data_key_id: Set(sealed.data_key),
        nonce: Set(sealed.nonce),
        ciphertext: Set(sealed.ciphertext),
        since: Set(now),
        last_step: Set(step),
        last_used_at: Set(Some(now)),
    };
    use in_use::Column;
    in_use::Entity::insert(row)
        .on_conflict(
            OnConflict::column(Column::PersonId)
                .update_columns([
                    Column::DataKeyId,
                    Column::Nonce,
                    Column::Ciphertext,
                    Column::Since,
                    Column::LastStep,
                    Column::LastUsedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Switches the app off. Recovery codes go with the last factor.
///
/// # Errors
/// [`FactorError`]; nothing is changed then.
pub async fn switch_off(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
    by: FactorChange<'_>,
) -> Result<(), FactorError> {
    change::require_confirmed(person, confirmed)?;
    let tx = change::begin(services, person.id).await?;
    if !remove(&tx, person.id).await? {
        return Err(FactorError::NoFactor);
    }
    if super::of_one(&tx, person.id).await?.is_empty() {
        recovery_codes::forget(&tx, person.id).await?;
    }
    change::finish(services, tx, person, by, &Notice::AuthenticatorRemoved).await?;
    let detail = Factor::Authenticator.code();
    change::note(services, person.id, by, Action::FactorRemoved, detail).await;
    Ok(())
}

/// Removes the app and a set-up; `false` if none was on.
pub(super) async fn remove(tx: &Transaction, person: PersonId) -> Result<bool, InternalError> {
    set_up::Entity::delete_by_id(person).exec(tx).await?;
    let done = in_use::Entity::delete_by_id(person).exec(tx).await?;
    Ok(done.rows_affected == 1)
}

/// Whether this is a code of the person's app that was not used. It is used up by this:
/// one statement decides, so of two processes one takes it (RFC 6238 5.2).
pub(super) async fn take(
    services: &Services,
    person: PersonId,
    code: &str,
) -> Result<bool, InternalError> {
    let row = in_use::Entity::find_by_id(person)
        .row::<in_use::Model>(services.db.read())
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let sealed = SealedOwn {
        data_key: row.data_key_id,
        nonce: row.nonce.clone(),
        ciphertext: row.ciphertext,
    };
    let key = open(services, &of_key(person), &sealed).await?;
    let now = services.now();
    let Some(step) = key.step_of(code, now, row.last_step) else {
        return Ok(false);
    };
    let tx = services.db.begin_write().await?;
    let taken = in_use::Entity::update_many()
        .col_expr(in_use::Column::LastStep, Expr::value(step))
        .col_expr(in_use::Column::LastUsedAt, Expr::value(now))
        .filter(in_use::Column::PersonId.eq(person))
        .filter(in_use::Column::Nonce.eq(row.nonce))
        .filter(in_use::Column::LastStep.lt(step))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected == 1)
}

async fn find_set_up(
    services: &Services,
    person: PersonId,
) -> Result<(set_up::Model, AuthenticatorKey), FactorError> {
    let row = set_up::Entity::find_by_id(person)
        .filter(set_up::Column::ExpiresAt.gt(services.expiry_now()))
        .row::<set_up::Model>(services.db.read())
        .await?;
    let row = row.ok_or(FactorError::SetUpEnded)?;
    let sealed = SealedOwn {
        data_key: row.data_key_id,
        nonce: row.nonce.clone(),
        ciphertext: row.ciphertext.clone(),
    };
    let key = open(services, &of_set_up(person), &sealed).await?;
    Ok((row, key))
}

async fn open(
    services: &Services,
    purpose: &str,
    sealed: &SealedOwn,
) -> Result<AuthenticatorKey, InternalError> {
    let vault = services.vault();
    let text = vault
        .open_own(services.db.read(), purpose, sealed)
        .await?
        .and_then(|text| AuthenticatorKey::parse(text.expose_secret()));
    text.ok_or_else(|| InternalError::inconsistent("authenticators", "ciphertext", purpose))
}

/// What a key in use is sealed for: bound to its person, so that it opens in nobody
/// else's row.
fn of_key(person: PersonId) -> String {
    format!("authenticator {person}")
}

fn of_set_up(person: PersonId) -> String {
    format!("authenticator set-up {person}")
}

/// Removes set-ups that can't be finished any more.
pub(super) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    set_up::Entity::delete_many()
        .filter(set_up::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
