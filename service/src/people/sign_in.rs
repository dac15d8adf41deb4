//! Checks e-mail address and password.

use super::{
    email,
    guessing::{self, GuessingError, Origin, Whose},
    known_browsers,
    password::{self, Verdict},
    refusals::failed_sign_in,
};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::person,
};
use domain::{ids::PersonId, time::Span};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;
use std::net::IpAddr;
use uuid::Uuid;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such person, or a wrong password; it is never said which.
    #[error("This e-mail address and password don't belong together. Check both, then try again.")]
    Wrong,
    /// There were too many wrong passwords. The same is said of unknown addresses.
    #[error("There were too many wrong passwords. Wait {}, then try again.", .0.rounded_up().words())]
    Wait(Span),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<GuessingError> for SignInError {
    fn from(error: GuessingError) -> Self {
        match error {
            GuessingError::Wait(wait) => Self::Wait(wait),
            GuessingError::Internal(error) => Self::Internal(error),
        }
    }
}

/// What somebody gives to sign in.
pub struct Given<'a> {
    /// Their e-mail address, as it was typed.
    pub email: &'a str,
    /// Their password.
    pub password: &'a SecretString,
    /// Where they are, as far as it is known.
    pub address: Option<IpAddr>,
    /// The browser's own secret, if it has one.
    pub browser: Option<&'a SecretString>,
}

/// The person with this address and password.
///
/// An unknown address takes the same code path and as many hashes as a wrong password.
///
/// # Errors
/// [`SignInError::Wrong`] if they don't match; [`SignInError::Wait`] if there were
/// too many failures, whatever the password.
pub async fn sign_in(services: &Services, given: &Given<'_>) -> Result<PersonId, SignInError> {
    let person = find(services, given.email).await?;
    let known = match given.browser {
        // Asked for nobody as well, to take as long.
        Some(browser) => {
            let id = person
                .as_ref()
                .map_or(PersonId(Uuid::nil()), |person| person.id);
            known_browsers::known(services, id, browser).await?
        }
        None => None,
    };
    let origin = match &known {
        Some(browser) => Origin::Known(browser),
        None => Origin::Stranger(given.address),
    };
    let id = person.as_ref().map(|person| person.id);
    let signed_in = check(services, given, person, origin).await;
    match &signed_in {
        Err(SignInError::Wrong) => failed_sign_in(services, id, given.address, "password"),
        Err(SignInError::Wait(_)) => failed_sign_in(services, id, given.address, "too many"),
        _ => (),
    }
    signed_in
}

/// Asks somebody for their password who is signed in already.
///
/// # Errors
/// As [`sign_in`]. What others guess elsewhere doesn't hold them up.
pub(crate) async fn sign_in_again(
    services: &Services,
    given: &Given<'_>,
) -> Result<PersonId, SignInError> {
    let person = find(services, given.email).await?;
    check(services, given, person, Origin::Known("signed in")).await
}

async fn find(services: &Services, typed: &str) -> Result<Option<person::Model>, InternalError> {
    // Without a tenant: the person and their tenants are not known yet. A text
    // that can't be an address is looked up all the same, to take as long.
    let as_kept_before = typed.trim().to_ascii_lowercase();
    let address = email::normalize(typed).unwrap_or_default();
    person::Entity::find()
        .filter(person::Column::Email.is_in([address, as_kept_before]))
        // Whom single sign-on brought has no password.
        .filter(person::Column::SsoTenantId.is_null())
        .row::<person::Model>(services.db.read())
        .await
}

async fn check(
    services: &Services,
    given: &Given<'_>,
    person: Option<person::Model>,
    origin: Origin<'_>,
) -> Result<PersonId, SignInError> {
    let password = given.password;
    let email = given.email.trim().to_ascii_lowercase();
    let email = email::normalize(&email).unwrap_or(email);
    let attempt = guessing::begin(services, Whose::Address(&email), origin).await?;
    let (id, hash) = person.map(|p| (p.id, p.password_hash)).unzip();
    let verdict = match password::verify(hash.clone(), password).await {
        Ok(verdict) => verdict,
        Err(error) => {
            attempt.was_not_looked_at(services).await?;
            return Err(error.into());
        }
    };
    let id = match (verdict, id, hash) {
        (Verdict::Right, Some(id), _) => id,
        (Verdict::RightAsTyped, Some(id), Some(old)) => {
            renew(services, id, old, password).await;
            id
        }
        _ => return Err(SignInError::Wrong),
    };
    attempt.was_right(services).await?;
    Ok(id)
}

/// Replaces the old hash by the hash of the prepared password. If that fails,
/// the old one stays in use.
async fn renew(services: &Services, id: PersonId, old: String, password: &SecretString) {
    let renewed = async {
        let hash = password::hash(&*services.random, password).await?;
        let tx = services.db.begin_write().await?;
        person::Entity::update_many()
            .col_expr(person::Column::PasswordHash, Expr::value(hash))
            .filter(person::Column::Id.eq(id))
            .filter(person::Column::PasswordHash.eq(old))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok::<_, InternalError>(())
    };
    if let Err(error) = renewed.await {
        tracing::warn!(%error, person.id = %id, "A password's hash could not be made anew");
    }
}
