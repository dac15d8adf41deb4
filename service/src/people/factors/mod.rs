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

pub(crate) use change::begin as begin_change;
pub use change::{FactorChange, FactorError};
pub use check::{CheckError, Shown};
pub(crate) use reset::{note_removed, take_off_all};

use crate::{
    core::{database::Transaction, error::InternalError, services::Services},
    entity::{authenticator as app, passkey},
};
use domain::{
    factor::{Factor, Factors},
    ids::PersonId,
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, UnionType},
};
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

/// A factor of a person.
#[derive(FromQueryResult)]
struct Row {
    person_id: PersonId,
    /// Else it is the authenticator app.
    is_passkey: bool,
}

/// The second factors of many people, in one query; whoever has none is missing.
pub(crate) async fn of_people(
    db: &impl ConnectionTrait,
    people: Vec<PersonId>,
) -> Result<HashMap<PersonId, Factors>, InternalError> {
    let apps = app::Entity::find()
        .select_only()
        .column(app::Column::PersonId)
        .expr_as(Expr::value(false), "is_passkey")
        .filter(app::Column::PersonId.is_in(people.clone()));
    let passkeys = passkey::Entity::find()
        .select_only()
        .column(passkey::Column::PersonId)
        .expr_as(Expr::value(true), "is_passkey")
        .filter(passkey::Column::PersonId.is_in(people));
    let mut both = apps.into_query();
    both.union(UnionType::Distinct, passkeys.into_query());
    let mut all: HashMap<PersonId, Vec<Factor>> = HashMap::new();
    for row in db.query_all(&both).await? {
        let row = Row::from_query_result(&row, "")?;
        let factor = if row.is_passkey {
            Factor::Passkey
        } else {
            Factor::Authenticator
        };
        all.entry(row.person_id).or_default().push(factor);
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
