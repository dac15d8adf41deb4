//! Tells who signs in.

use super::{email, password};
use crate::{entity::person, error::Fault, services::Services};
use domain::ids::PersonId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;

/// Nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such person, or another password; which of the two is never told.
    #[error("This e-mail address and password don't belong together. Check both, then try again.")]
    Wrong,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The person with this address and password.
///
/// An unknown address takes the same way and time as a wrong password.
///
/// # Errors
/// [`SignInError::Wrong`] if they don't belong together.
pub async fn sign_in(
    services: &Services,
    address: &str,
    password: &SecretString,
) -> Result<PersonId, SignInError> {
    // Without a tenant: who it is, and where they belong, is the question.
    // What can't be an address is looked up all the same, to take as long.
    let address = email::normalize(address).unwrap_or_default();
    let person = person::Entity::find()
        .filter(person::Column::Email.eq(address))
        .one(services.db.read())
        .await
        .map_err(Fault::from)?;
    let (id, hash) = person.map(|p| (PersonId(p.id), p.password_hash)).unzip();
    match (password::verify(hash, password).await?, id) {
        (true, Some(id)) => Ok(id),
        _ => Err(SignInError::Wrong),
    }
}
