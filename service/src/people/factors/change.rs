//! What every change of second factors has in common: it wants a confirmation, ends the
//! person's other sessions, and is told to the person and the audit.

use crate::{
    audit::Action,
    core::{
        database::Transaction,
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::person,
    people::{
        membership::PersonSummary,
        notices::{self, Notice},
        sessions,
        sign_in_audit::note_detail,
    },
    tenancy::Confirmed,
};
use domain::ids::PersonId;
use sea_orm::{EntityTrait, QuerySelect, sea_query::LockType};
use std::net::IpAddr;

/// Where a change comes from.
#[derive(Debug, Clone, Copy)]
pub struct FactorChange<'a> {
    /// Where the person is, as far as it is known.
    pub address: Option<IpAddr>,
    /// The session that stays; all others end.
    pub session: &'a str,
}

/// A second factor was not changed.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// Only somebody who signed in or confirmed a few minutes ago changes factors.
    #[error("confirm that it is still you; then change your second factor")]
    NotConfirmed,
    /// The set-up was not begun, or too long ago.
    #[error("this set-up has ended; begin it again")]
    SetUpEnded,
    /// There is no second factor.
    #[error("you have no second factor; set one up first")]
    NoFactor,
    /// Some fields won't do; each entry names its field: `code`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for FactorError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// Goes on only with the person's own confirmation.
pub(super) fn require_confirmed(
    person: &PersonSummary,
    confirmed: &Confirmed,
) -> Result<(), FactorError> {
    if confirmed.is_of(person.id) {
        Ok(())
    } else {
        Err(FactorError::NotConfirmed)
    }
}

/// Begins the transaction of a change. The person's row is locked: of two changes at
/// once, the second one sees what the first one did.
pub(crate) async fn begin(
    services: &Services,
    person: PersonId,
) -> Result<Transaction, InternalError> {
    let tx = services.db.begin_write().await?;
    person::Entity::find_by_id(person)
        .lock(LockType::NoKeyUpdate)
        .row::<person::Model>(&tx)
        .await?;
    Ok(tx)
}

/// Ends the transaction of a change: with it, the other sessions end, and the mail to
/// the person is queued.
pub(super) async fn finish(
    services: &Services,
    tx: Transaction,
    person: &PersonSummary,
    by: FactorChange<'_>,
    notice: &Notice,
) -> Result<(), InternalError> {
    sessions::end_others_in(&tx, person.id, by.session).await?;
    notices::queue(services, &tx, person, notice, by.address).await?;
    Ok(tx.commit().await?)
}

/// Records the change in all tenants of the person.
pub(super) async fn note(
    services: &Services,
    person: PersonId,
    by: FactorChange<'_>,
    action: Action,
    detail: &str,
) {
    note_detail(services, person, by.address, action, detail).await;
}
