//! The passkeys of a person: their list, other names, and the end of one.

use super::{add::name, answer};
use crate::{
    audit::Action,
    core::{
        database::Transaction,
        error::{FieldError, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::passkey::{Column, Entity, Model},
    people::{
        factors::{self, recovery_codes},
        membership::PersonSummary,
        notices::{self, Notice},
        sessions,
        sign_in_audit::note_passkey,
    },
    tenancy::Confirmed,
};
use domain::{
    ids::{PasskeyId, PersonId},
    time::Timestamp,
};
use passki::StoredPasskey;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use std::net::IpAddr;

/// A passkey as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The person has no such passkey.
    #[error("there is no such passkey")]
    NotFound,
    /// Some fields won't do; each entry names its field: `name`.
    #[error("some fields need another look")]
    Invalid(Vec<FieldError>),
    /// The person has to confirm first that it is still them.
    #[error("confirm first that it is still you")]
    NotConfirmed,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for ChangeError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// A person's passkeys, the oldest first.
///
/// # Errors
/// If the database failed.
pub async fn of_person(
    services: &Services,
    person: PersonId,
) -> Result<Vec<OwnPasskey>, InternalError> {
    let rows = rows(services, person).await?;
    let own = |row: Model| OwnPasskey {
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(rows.into_iter().map(own).collect())
}

/// The same, as the library reads them.
pub(super) async fn stored(
    services: &Services,
    person: PersonId,
) -> Result<Vec<StoredPasskey>, InternalError> {
    let rows = rows(services, person).await?;
    Ok(rows
        .iter()
        .filter_map(|row| answer::stored(row).ok())
        .collect())
}

async fn rows(services: &Services, person: PersonId) -> Result<Vec<Model>, InternalError> {
    // Without a tenant's scope: a person's own data belongs to none.
    Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .readable(services.db.read(), "the passkeys of a person")
        .await
}

/// Gives a passkey another name.
///
/// # Errors
/// [`ChangeError`]; nothing is changed then.
pub async fn rename(
    services: &Services,
    person: PersonId,
    id: PasskeyId,
    typed: &str,
    address: Option<IpAddr>,
) -> Result<(), ChangeError> {
    let name = name(typed).map_err(ChangeError::Invalid)?;
    let tx = services.db.begin_write().await?;
    let renamed = Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .filter(Column::Id.eq(id))
        .filter(Column::PersonId.eq(person))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    if renamed.rows_affected == 0 {
        return Err(ChangeError::NotFound);
    }
    note_passkey(services, person, id, address, Action::PasskeyRenamed).await;
    Ok(())
}

/// Removes all passkeys of a person.
pub(crate) async fn remove_all(tx: &Transaction, person: PersonId) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::PersonId.eq(person))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes a passkey and ends the person's other sessions; gives how many. Recovery
/// codes go with the last factor.
///
/// # Errors
/// [`ChangeError`]; nothing is changed then.
pub async fn remove(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
    id: PasskeyId,
    session: &str,
    address: Option<IpAddr>,
) -> Result<u64, ChangeError> {
    if !confirmed.is_of(person.id) {
        return Err(ChangeError::NotConfirmed);
    }
    let tx = factors::begin_change(services, person.id).await?;
    let own = Entity::find_by_id(id).filter(Column::PersonId.eq(person.id));
    let Some(row) = own.row::<Model>(&tx).await? else {
        return Err(ChangeError::NotFound);
    };
    let gone = Entity::delete_by_id(row.id).exec(&tx).await?;
    if gone.rows_affected == 0 {
        return Err(ChangeError::NotFound);
    }
    if factors::of_one(&tx, person.id).await?.is_empty() {
        recovery_codes::forget(&tx, person.id).await?;
    }
    let ended = sessions::end_others_in(&tx, person.id, session).await?;
    let notice = Notice::PasskeyRemoved(row.name);
    notices::queue(services, &tx, person, &notice, address).await?;
    tx.commit().await?;
    note_passkey(services, person.id, id, address, Action::PasskeyRemoved).await;
    Ok(ended)
}
