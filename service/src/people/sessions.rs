//! The store of sessions. A session's id is a bearer's secret, so only its
//! digest is stored: a copy of the database opens no session.
//!
//! Sessions begin before the person is known, and a person has one session for
//! all their tenants; so none of this runs in a tenant's scope.

use crate::{
    core::{digest::digest, error::InternalError, rows::Rows, services::Services},
    entity::session,
};
use domain::{
    ids::PersonId,
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use secrecy::SecretString;

/// A session ends after this time without a request (OWASP ASVS 5.0 7.3.1).
pub const IDLE: Span = Span::hours(12);

/// A session ends this long after it began, in any case (7.3.2).
pub const ABSOLUTE: Span = Span::days(14);

/// A session that is still valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The person who is signed in.
    pub person: Option<PersonId>,
    /// The web server's data in it, as JSON; nothing secret.
    pub data: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends if it is not saved again, never later than its absolute end.
    pub expires_at: Timestamp,
}

/// Stores a new session. `false` if there is one with this id, which stays unchanged.
///
/// # Errors
/// If the database failed.
pub async fn create(
    services: &Services,
    id: &SecretString,
    person: Option<PersonId>,
    data: &str,
    expires: Timestamp,
) -> Result<bool, InternalError> {
    let insert = session::Entity::insert(row(services, id, person, data, expires)).on_conflict(
        OnConflict::column(session::Column::IdHash)
            .do_nothing()
            .to_owned(),
    );
    let tx = services.db.begin_write().await?;
    let written = insert.exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(written == 1)
}

/// Updates an existing session; `false` if it is gone. So a request that ends
/// after a sign-out doesn't bring the session back.
///
/// # Errors
/// If the database failed.
pub async fn update(
    services: &Services,
    id: &SecretString,
    person: Option<PersonId>,
    data: &str,
    expires: Timestamp,
) -> Result<bool, InternalError> {
    let tx = services.db.begin_write().await?;
    let done = session::Entity::update_many()
        .col_expr(session::Column::PersonId, Expr::value(person))
        .col_expr(session::Column::Data, Expr::value(data))
        .col_expr(session::Column::ExpiresAt, Expr::value(expires))
        .filter(session::Column::IdHash.eq(id_hash(id)))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected == 1)
}

/// Stores a session, new or existing; its begin stays.
///
/// # Errors
/// If the database failed.
pub async fn save(
    services: &Services,
    id: &SecretString,
    person: Option<PersonId>,
    data: &str,
    expires: Timestamp,
) -> Result<(), InternalError> {
    let upsert = session::Entity::insert(row(services, id, person, data, expires)).on_conflict(
        OnConflict::column(session::Column::IdHash)
            .update_columns([
                session::Column::PersonId,
                session::Column::Data,
                session::Column::ExpiresAt,
            ])
            .to_owned(),
    );
    let tx = services.db.begin_write().await?;
    upsert.exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The session; `None` if there is none or it has expired.
///
/// # Errors
/// If the database failed.
pub async fn load(
    services: &Services,
    id: &SecretString,
) -> Result<Option<StoredSession>, InternalError> {
    let row = session::Entity::find_by_id(id_hash(id))
        .row::<session::Model>(services.db.read())
        .await?;
    Ok(row.and_then(|row| {
        let session = StoredSession {
            person: row.person_id,
            data: row.data,
            created_at: row.created_at,
            expires_at: Ord::min(row.expires_at, row.created_at.plus(ABSOLUTE)),
        };
        (session.expires_at > services.expiry_now()).then_some(session)
    }))
}

/// Ends a session, in every process at once.
///
/// # Errors
/// If the database failed.
pub async fn remove(services: &Services, id: &SecretString) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    session::Entity::delete_by_id(id_hash(id)).exec(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all sessions of a person.
///
/// # Errors
/// If the database failed.
pub async fn remove_all_of(services: &Services, person: PersonId) -> Result<(), InternalError> {
    let tx = services.db.begin_write().await?;
    session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Removes expired sessions; gives how many.
///
/// # Errors
/// If the database failed.
pub async fn sweep(services: &Services) -> Result<u64, InternalError> {
    let now = services.expiry_now();
    let tx = services.db.begin_write().await?;
    let done = session::Entity::delete_many()
        .filter(
            session::Column::ExpiresAt
                .lte(now)
                .or(session::Column::CreatedAt.lte(now.minus(ABSOLUTE))),
        )
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected)
}

fn id_hash(id: &SecretString) -> Vec<u8> {
    digest("session", id)
}

fn row(
    services: &Services,
    id: &SecretString,
    person: Option<PersonId>,
    data: &str,
    expires: Timestamp,
) -> session::ActiveModel {
    session::ActiveModel {
        id_hash: Set(id_hash(id)),
        person_id: Set(person),
        data: Set(data.to_owned()),
        created_at: Set(services.expiry_now()),
        expires_at: Set(expires),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn the_id_is_kept_as_a_digest_alone() {
        testing::on_each_database(async |world| {
            let services = &world.services;
            let id = SecretString::from("canary-session-id");
            let soon = services.now().plus(IDLE);
            assert!(create(services, &id, None, "{}", soon).await.unwrap());
            let rows = session::Entity::find()
                .rows::<session::Model>(services.db.read())
                .await
                .unwrap();
            assert_eq!(rows[0].id_hash, digest("session", &id));
            assert!(!format!("{rows:?}").contains("canary"));
        })
        .await;
    }
}
