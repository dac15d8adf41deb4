//! Results of posted forms, kept for the session that posted them: pages show
//! them after a redirect, and a form that is posted twice leads to the result
//! of the first post.
//!
//! A form that makes something is claimed by its key before anything is made,
//! across all processes. So a double click, a second tab or “send again” after
//! going back makes nothing twice. None of this runs in a tenant's scope: a
//! person has one session for all their tenants.

use crate::{
    core::{
        database::Transaction, digest::digest, error::InternalError, rows::Rows, services::Services,
    },
    entity::form_result::{ActiveModel, Column, Entity, Model},
    host::random::Random,
    vault::BriefPurpose,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::PersonId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use secrecy::{ExposeSecret, SecretString};

/// How long a page shows the result of a form, including secrets.
pub const SHOWN_FOR: Span = Span::minutes(2);

/// The same for results that another process stored, whose clock may be a little ahead.
const SHOWN_AT_MOST: Span = Span::minutes(3);

/// How long a posted form is remembered. A page that is older than a session
/// may be idle has to be loaded again first.
const KNOWN_FOR: Span = Span::hours(24);

/// After this time, nobody is processing a claimed form any more.
pub const AT_WORK_FOR: Span = Span::minutes(1);

/// Random bytes of a key; its text is a third longer.
const KEY_BYTES: usize = 16;
const KEY_LETTERS: usize = 22;

/// Identifies a session, for forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormSession(Vec<u8>);

impl FormSession {
    /// The session with this id.
    pub fn of(id: &SecretString) -> Self {
        Self(digest("session", id))
    }
}

/// Identifies one rendering of a form, and finds its result. It is useless to
/// any other session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormKey(String);

impl FormKey {
    /// A new key.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; KEY_BYTES];
        random.fill(&mut bytes);
        Self(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The key from a form or an address; `None` if Mooring can't have made it.
    pub fn parse(text: &str) -> Option<Self> {
        let ours = text.len() == KEY_LETTERS
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        ours.then(|| Self(text.to_owned()))
    }

    /// The text for addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text for a form, with a mark of the person for whom it was made.
    pub fn in_form(&self, person: PersonId) -> String {
        format!("{}.{}", self.0, self.mark(person))
    }

    /// The key from a form.
    pub fn from_form(text: &str) -> Option<Self> {
        Self::parse(text.split('.').next().unwrap_or_default())
    }

    /// Whether a form may have sent this text: it has the right shape and size.
    pub fn is_in_form(text: &str) -> bool {
        text.split_once('.')
            .is_some_and(|(key, mark)| Self::parse(key).is_some() && Self::parse(mark).is_some())
    }

    /// Whether the text from a form was made for this person.
    pub fn made_for(text: &str, person: PersonId) -> bool {
        text.split_once('.')
            .is_some_and(|(key, mark)| Self::parse(key).is_some_and(|key| key.mark(person) == mark))
    }

    /// A mark of the person. It differs with each form, so that it doesn't
    /// identify the person.
    fn mark(&self, person: PersonId) -> String {
        let whose = SecretString::from(format!("{}.{person}", self.0));
        let mark = digest("form_person", &whose);
        BASE64_URL_SAFE_NO_PAD.encode(mark.get(..KEY_BYTES).unwrap_or_default())
    }
}

/// What names a person where their browser keeps what they typed into long forms. It tells
/// nobody who they are.
pub fn drafts_of(person: PersonId) -> String {
    let whose = SecretString::from(person.to_string());
    let mark = digest("drafts", &whose);
    BASE64_URL_SAFE_NO_PAD.encode(mark.get(..KEY_BYTES).unwrap_or_default())
}

/// Whether a form may be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Yes: it is posted for the first time.
    First,
    /// No: it is done, and its result is at this address.
    Done {
        /// The address.
        location: String,
        /// When the form was posted.
        at: Timestamp,
        /// Whether the result is still shown there.
        shown: bool,
    },
    /// No: another request has been processing it since then.
    UnderWay(Timestamp),
    /// No: another request began with it then, and its result is unknown.
    Interrupted(Timestamp),
}

/// The result of a form.
#[derive(Debug, Clone)]
pub struct FormResult {
    /// The path of the page that shows it.
    pub page: String,
    /// The whole address of that page.
    pub location: String,
    /// The outcome in the pages' format; nothing secret.
    pub outcome: String,
    /// A secret that is shown with it, and never again.
    pub secret: Option<SecretString>,
}

/// The parts of a result that a page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The outcome in the pages' format.
    pub outcome: String,
    /// A secret that is shown with it.
    pub secret: Option<SecretString>,
}

/// Claims a form for the first caller in any process.
///
/// # Errors
/// If the database failed.
pub async fn claim(
    services: &Services,
    session: &FormSession,
    key: &FormKey,
    page: &str,
) -> Result<Claim, InternalError> {
    let now = services.expiry_now();
    if let Some(row) = find(services, session, key).await? {
        let shown = is_shown(&row, now);
        return Ok(match row.location {
            Some(location) => Claim::Done {
                location,
                at: row.created_at,
                shown,
            },
            None if row.outcome.is_some() => Claim::Interrupted(row.created_at),
            None => Claim::UnderWay(row.created_at),
        });
    }
    let row = ActiveModel {
        session_hash: Set(session.0.clone()),
        key: Set(key.0.clone()),
        page: Set(page.to_owned()),
        location: Set(None),
        outcome: Set(None),
        secret: Set(None),
        created_at: Set(now),
        shown_until: Set(now),
        expires_at: Set(now.plus(KNOWN_FOR)),
    };
    let insert = Entity::insert(row).on_conflict(
        OnConflict::columns([Column::SessionHash, Column::Key])
            .do_nothing()
            .to_owned(),
    );
    let tx = services.db.begin_write().await?;
    let first = insert.exec_without_returning(&tx).await? == 1;
    tx.commit().await?;
    Ok(if first {
        Claim::First
    } else {
        Claim::UnderWay(now)
    })
}

/// Releases a claimed form, since nothing was done with it.
///
/// # Errors
/// If the database failed.
pub async fn release(
    services: &Services,
    session: &FormSession,
    key: &FormKey,
) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    Entity::delete_by_id((session.0.clone(), key.0.clone()))
        .filter(Column::Location.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Marks a claimed form as interrupted: it may have been done or not.
///
/// # Errors
/// If the database failed.
pub async fn interrupt(
    services: &Services,
    session: &FormSession,
    key: &FormKey,
) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    Entity::update_many()
        .filter(Column::SessionHash.eq(session.0.clone()))
        .filter(Column::Key.eq(key.0.clone()))
        .filter(Column::Location.is_null())
        .col_expr(Column::Outcome, Expr::value(""))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Stores the result of a form, claimed or not, for as long as it is shown.
///
/// # Errors
/// If the database failed, or the session has ended.
pub async fn keep(
    services: &Services,
    session: &FormSession,
    key: &FormKey,
    result: FormResult,
) -> Result<(), InternalError> {
    let secret = match &result.secret {
        Some(secret) => {
            let plain = secret.expose_secret().as_bytes();
            let bound = bound(session, key, &result.page);
            let vault = services.vault();
            let sealed = vault.seal_briefly(services, BriefPurpose::FormResult, &bound, plain);
            Some(sealed.await?)
        }
        None => None,
    };
    let now = services.expiry_now();
    let row = ActiveModel {
        session_hash: Set(session.0.clone()),
        key: Set(key.0.clone()),
        page: Set(result.page),
        location: Set(Some(result.location)),
        outcome: Set(Some(result.outcome)),
        secret: Set(secret),
        created_at: Set(now),
        shown_until: Set(now.plus(SHOWN_FOR)),
        expires_at: Set(now.plus(KNOWN_FOR)),
    };
    let upsert = Entity::insert(row).on_conflict(
        OnConflict::columns([Column::SessionHash, Column::Key])
            .update_columns([
                Column::Page,
                Column::Location,
                Column::Outcome,
                Column::Secret,
                Column::ShownUntil,
            ])
            .to_owned(),
    );
    let tx = services.db.begin_write().await?;
    upsert.exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The result that a page shows to this session. Reading it changes nothing:
/// reloading and going back find it again until its time is over.
///
/// # Errors
/// If the database failed.
pub async fn show(
    services: &Services,
    session: &FormSession,
    key: &FormKey,
    page: &str,
) -> Result<Option<Shown>, InternalError> {
    let now = services.expiry_now();
    let row = find(services, session, key).await?;
    let Some(row) = row.filter(|row| row.page == page && is_shown(row, now)) else {
        return Ok(None);
    };
    let Some(outcome) = row.outcome else {
        return Ok(None);
    };
    let secret = match row.secret {
        Some(sealed) => {
            let bound = bound(session, key, page);
            let vault = services.vault();
            let opened = vault.open_briefly(services, BriefPurpose::FormResult, &bound, &sealed);
            opened
                .await?
                .and_then(|plain| std::str::from_utf8(&plain).map(SecretString::from).ok())
        }
        None => None,
    };
    Ok(Some(Shown { outcome, secret }))
}

/// Removes expired secrets, and forms that nobody can have open any more.
///
/// # Errors
/// If the database failed.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    let over = Column::ShownUntil.lte(now);
    Entity::update_many()
        .filter(over.or(Column::ShownUntil.gt(now.plus(SHOWN_AT_MOST))))
        .filter(Column::Secret.is_not_null())
        .col_expr(Column::Secret, Expr::value(Option::<Vec<u8>>::None))
        .exec(tx)
        .await?;
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// A result with a longer time was stored while the clock was ahead.
fn is_shown(row: &Model, now: Timestamp) -> bool {
    let left = row.shown_until.since(now);
    Span(0) < left && left <= SHOWN_AT_MOST
}

async fn find(
    services: &Services,
    session: &FormSession,
    key: &FormKey,
) -> Result<Option<Model>, InternalError> {
    Entity::find_by_id((session.0.clone(), key.0.clone()))
        .row(services.db.read())
        .await
}

fn bound<'a>(session: &'a FormSession, key: &'a FormKey, page: &'a str) -> [&'a [u8]; 3] {
    [&session.0, key.0.as_bytes(), page.as_bytes()]
}
