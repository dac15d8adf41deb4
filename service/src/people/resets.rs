//! A new password for somebody who can't sign in: a link that works once, for
//! half an hour. It is mailed to the person, or `mooring people reset` prints it.
//! Only a digest of its token is kept. A mailed link leaves second factors alone; the
//! command takes them off, and says so.

use super::{
    SignedIn, email, factors, guessing,
    membership::PersonSummary,
    notices::{self, Notice},
    password, password_rules, sessions,
    sign_in_audit::note,
};
use crate::{
    audit::Action,
    core::{
        database::Transaction,
        digest::digest,
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{password_reset, person},
    host::random::secret_text,
    mail::{self, Content, Look, Mail, MailKind, Recipient, Sender},
};
use domain::{
    customer::Language,
    factor::Factors,
    ids::PersonId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};
use secrecy::SecretString;
use std::net::IpAddr;
use tokio::sync::Semaphore;

/// How long a link works.
pub const LIFE: Span = Span::minutes(30);
/// So many links are mailed to a person in this time.
const MOST: u64 = 3;
const MOST_IN: Span = Span::hours(1);
/// So many requests are looked at in the background at once.
static AT_ONCE: Semaphore = Semaphore::const_new(32);

/// The password was not set.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The link was used, is too old, was replaced, or never existed.
    #[error("this link does not work any more; ask for a new one")]
    Ended,
    /// Some fields won't do; each entry names its field: `password`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for ResetError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Room for one request of an anonymous visitor. There is little, and who gets
/// none is told so, whatever address they typed.
///
/// # Errors
/// [`InternalError::TooManyPasswords`] if there is none.
pub fn room() -> Result<tokio::sync::SemaphorePermit<'static>, InternalError> {
    AT_ONCE
        .try_acquire()
        .map_err(|_| InternalError::TooManyPasswords)
}

/// Mails a link to the person who has this address. Whoever asked must not wait
/// for this: its time tells whether there is such a person.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn ask(
    services: &Services,
    typed: &str,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let Some(email) = email::normalize(typed) else {
        return Ok(());
    };
    if !mail::is_set_up(services) || !guessing::may_ask(services, address).await? {
        return Ok(());
    }
    // Without a tenant's scope: a person's own data belongs to none.
    let tx = services.db.begin_write().await?;
    let Some(person) = find(&tx, &email).await? else {
        return Ok(());
    };
    let now = services.expiry_now();
    if mailed_lately(&tx, person.id, now).await? >= MOST {
        return Ok(());
    }
    let (url, expires_at) = make(services, &tx, person.id).await?;
    let mail = letter(&person, url, expires_at, now, address);
    mail::enqueue(services, &tx, mail).await?;
    tx.commit().await?;
    Ok(())
}

/// A link that a command made.
pub struct ResetLink {
    /// The address to open.
    pub url: SecretString,
    /// The second factors that were taken off.
    pub taken_off: Factors,
}

/// A link for the person with this address, to be passed on by whoever runs
/// Mooring; `None` if there is no such person. Takes their second factors off: this is
/// the way back in for whoever lost them.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn link(services: &Services, typed: &str) -> Result<Option<ResetLink>, InternalError> {
    let Some(email) = email::normalize(typed) else {
        return Ok(None);
    };
    let tx = services.db.begin_write().await?;
    let Some(person) = find(&tx, &email).await? else {
        return Ok(None);
    };
    let (url, _) = make(services, &tx, person.id).await?;
    let taken_off = factors::take_off_all(services, &tx, &person).await?;
    tx.commit().await?;
    factors::note_removed(services, person.id, &taken_off).await?;
    Ok(Some(ResetLink { url, taken_off }))
}

/// The address of the person whose password the link sets.
///
/// # Errors
/// [`ResetError::Ended`], or if the database fails.
pub async fn open(services: &Services, token: &SecretString) -> Result<String, ResetError> {
    let person = person_of(services, services.db.read(), token).await?;
    Ok(person.email)
}

/// Sets the password, ends all of the person's sessions, and uses the link up.
///
/// # Errors
/// [`ResetError`]; nothing is changed then.
pub async fn set(
    services: &Services,
    token: &SecretString,
    new: &SecretString,
    address: Option<IpAddr>,
) -> Result<PersonId, ResetError> {
    let person = person_of(services, services.db.read(), token).await?;
    if let Some(weak) = password_rules::weakness_for(services, &person, new).await? {
        let error = FieldError::new("password", weak.to_string());
        return Err(ResetError::Invalid(vec![error]));
    }
    // Before the transaction, since hashing takes long and SQLite has one writer.
    let hash = password::hash(&*services.random, new).await?;
    let tx = services.db.begin_write().await?;
    // Of two at once, one gets it.
    let taken = password_reset::Entity::delete_many()
        .filter(password_reset::Column::TokenHash.eq(token_hash(token)))
        .filter(password_reset::Column::ExpiresAt.gt(services.expiry_now()))
        .exec(&tx)
        .await?;
    if taken.rows_affected == 0 {
        return Err(ResetError::Ended);
    }
    person::Entity::update_many()
        .col_expr(person::Column::PasswordHash, Expr::value(hash))
        .filter(person::Column::Id.eq(person.id))
        .exec(&tx)
        .await?;
    forget(&tx, person.id).await?;
    sessions::end_others_in(&tx, person.id, "").await?;
    notices::queue(services, &tx, &person, &Notice::PasswordReset, address).await?;
    tx.commit().await?;
    note(services, person.id, address, Action::PasswordReset).await;
    Ok(person.id)
}

/// Removes the links of a person, and the mails that wait with them: those before a new one, and all once the
/// password was changed.
pub(crate) async fn forget(tx: &Transaction, person: PersonId) -> Result<(), InternalError> {
    password_reset::Entity::delete_many()
        .filter(password_reset::Column::PersonId.eq(person))
        .exec(tx)
        .await?;
    mail::withdraw(tx, MailKind::PasswordReset, person.0).await
}

/// Removes links that don't work any more.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    password_reset::Entity::delete_many()
        .filter(password_reset::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// The person, locked: of two requests at once, the second one sees the first one's.
async fn find(tx: &Transaction, email: &str) -> Result<Option<PersonSummary>, InternalError> {
    let person = person::Entity::find()
        .filter(person::Column::Email.eq(email))
        .lock(LockType::NoKeyUpdate)
        .row::<person::Model>(tx)
        .await?;
    Ok(person.map(summary))
}

fn summary(person: person::Model) -> PersonSummary {
    PersonSummary {
        id: person.id,
        name: person.name,
        email: person.email,
        signed_in: SignedIn::own_way(person.id),
    }
}

async fn person_of(
    services: &Services,
    db: &impl sea_orm::ConnectionTrait,
    token: &SecretString,
) -> Result<PersonSummary, ResetError> {
    let row = password_reset::Entity::find_by_id(token_hash(token))
        .row::<password_reset::Model>(db)
        .await?;
    let row = row.filter(|row| row.expires_at > services.expiry_now());
    let row = row.ok_or(ResetError::Ended)?;
    let person = person::Entity::find_by_id(row.person_id)
        .row::<person::Model>(db)
        .await?;
    person.map(summary).ok_or(ResetError::Ended)
}

/// A new link; the ones before stop working.
async fn make(
    services: &Services,
    tx: &Transaction,
    person: PersonId,
) -> Result<(SecretString, Timestamp), InternalError> {
    forget(tx, person).await?;
    let token = secret_text(&*services.random, "");
    let now = services.expiry_now();
    let expires_at = now.plus(LIFE);
    let row = password_reset::ActiveModel {
        token_hash: Set(token_hash(&token)),
        person_id: Set(person),
        created_at: Set(now),
        expires_at: Set(expires_at),
    };
    password_reset::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok((services.config.reset_url(&token), expires_at))
}

async fn mailed_lately(
    tx: &Transaction,
    person: PersonId,
    now: Timestamp,
) -> Result<u64, InternalError> {
    use crate::entity::mail::{Column, Entity};
    let mailed = Entity::find()
        .filter(Column::About.eq(person.0))
        .filter(Column::Kind.eq(MailKind::PasswordReset))
        .filter(Column::CreatedAt.gt(now.minus(MOST_IN)))
        .count(tx)
        .await?;
    Ok(mailed)
}

fn letter(
    person: &PersonSummary,
    url: SecretString,
    expires_at: Timestamp,
    now: Timestamp,
    address: Option<IpAddr>,
) -> Mail {
    let mut facts = vec![
        ("Person", person.email.clone()),
        ("Asked for", now.absolute()),
        ("Works until", expires_at.absolute()),
    ];
    if let Some(address) = address {
        facts.push(("Asked from", address.to_string()));
    }
    Mail {
        kind: MailKind::PasswordReset,
        about: person.id.0,
        tenant: None,
        expires_at,
        to: Recipient {
            email: person.email.clone(),
            name: Some(person.name.clone()),
        },
        sender: Sender::mooring(),
        look: Look::default(),
        content: Content {
            subject: "New password: the link that was asked for".to_owned(),
            heading: "Set a new password".to_owned(),
            paragraphs: vec![
                "Somebody asked for a link to set a new password for you at Mooring.".to_owned(),
            ],
            button: Some(("Set a new password", url)),
            facts,
            small_print: vec![
                "The link works once, for half an hour. Your second factor stays.".to_owned(),
                "It wasn’t you? Forget this mail: nothing was changed.".to_owned(),
            ],
            language: Language::English,
        },
    }
}

fn token_hash(token: &SecretString) -> Vec<u8> {
    digest("password reset", token)
}
