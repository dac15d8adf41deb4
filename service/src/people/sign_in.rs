//! Checks e-mail address and password.

use super::{
    email,
    password::{self, Verdict},
};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::person,
};
use domain::ids::PersonId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::SecretString;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such person, or a wrong password; it is never said which.
    #[error("This e-mail address and password don't belong together. Check both, then try again.")]
    Wrong,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The person with this address and password.
///
/// An unknown address takes the same code path and as many hashes as a wrong password.
///
/// # Errors
/// [`SignInError::Wrong`] if they don't match.
pub async fn sign_in(
    services: &Services,
    address: &str,
    password: &SecretString,
) -> Result<PersonId, SignInError> {
    // Without a tenant: the person and their tenants are not known yet. A text
    // that can't be an address is looked up all the same, to take as long.
    let as_kept_before = address.trim().to_ascii_lowercase();
    let address = email::normalize(address).unwrap_or_default();
    let person = person::Entity::find()
        .filter(person::Column::Email.is_in([address, as_kept_before]))
        .row::<person::Model>(services.db.read())
        .await?;
    let (id, hash) = person.map(|p| (p.id, p.password_hash)).unzip();
    let verdict = password::verify(hash.clone(), password).await?;
    match (verdict, id, hash) {
        (Verdict::Right, Some(id), _) => Ok(id),
        (Verdict::RightAsTyped, Some(id), Some(old)) => {
            renew(services, id, old, password).await;
            Ok(id)
        }
        _ => Err(SignInError::Wrong),
    }
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
