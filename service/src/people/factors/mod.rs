//! Second factors: what somebody shows beside their password. [`of_person`] is the one
//! place that says which ones a person has.
//!
//! They belong to the person and hold in all of their tenants, so none of this runs in
//! a tenant's scope.

pub mod authenticator;
mod change;
pub(crate) mod check;
mod hashes;
pub mod recovery_codes;
mod reset;
pub mod second_step;

pub use change::{FactorChange, FactorError};
pub use check::{CheckError, Shown};
pub(crate) use reset::{note_removed, take_off_all};

use crate::{
    core::{database::Transaction, error::InternalError, rows::Rows, services::Services},
    entity::authenticator as app,
};
use domain::{
    factor::{Factor, Factors},
    ids::PersonId,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

/// The second factors that somebody has now.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn of_person(services: &Services, person: PersonId) -> Result<Factors, InternalError> {
    of_one(services.db.read(), person).await
}

/// The same, in a transaction.
pub(crate) async fn of_one(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Factors, InternalError> {
    let mut all = of_people(db, vec![person]).await?;
    Ok(all.remove(&person).unwrap_or_default())
}

/// The second factors of many people; whoever has none is missing.
pub(crate) async fn of_people(
    db: &impl ConnectionTrait,
    people: Vec<PersonId>,
) -> Result<HashMap<PersonId, Factors>, InternalError> {
    let apps: Vec<app::Model> = app::Entity::find()
        .filter(app::Column::PersonId.is_in(people))
        .rows(db)
        .await?;
    let factors = apps
        .into_iter()
        .map(|app| (app.person_id, Factor::Authenticator));
    let mut all: HashMap<PersonId, Vec<Factor>> = HashMap::new();
    for (person, factor) in factors {
        all.entry(person).or_default().push(factor);
    }
    Ok(all
        .into_iter()
        .map(|(person, factors)| (person, factors.into_iter().collect()))
        .collect())
}

/// Removes set-ups that were not finished.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    authenticator::sweep(tx, now).await
}
