//! The store of sessions. A session's id is a bearer's secret, so only its
//! digest is stored: a copy of the database opens no session.
//!
//! Sessions begin before the person is known, and a person has one session for
//! all their tenants; so none of this runs in a tenant's scope.

use crate::{
    core::{
        database::Transaction, digest::digest, error::InternalError, rows::Rows, services::Services,
    },
    entity::session,
    people::SignedIn,
};
use domain::{
    ids::{PersonId, TenantId},
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Key of the person's id in a session's data, if they came in their own way.
pub const PERSON: &str = "person";
/// Key of who came by single sign-on: person and tenant, as [`BySingleSignOn`].
/// Not [`PERSON`], so that processes of the version before, which know no limit
/// of a session, see nobody in it.
pub const SINGLE_SIGN_ON: &str = "sso";
/// Key of the time of the sign-in, in microseconds.
pub const SIGNED_IN_AT: &str = "signed_in_at";
/// Key of the time when the person last confirmed that it is still them, in microseconds.
pub const CONFIRMED_AT: &str = "confirmed_at";
/// Key of the time when the use was last noted, in microseconds.
pub const SEEN_AT: &str = "seen_at";
/// Key of what stands in place of the id while a session gets another one.
pub const SET_ASIDE: &str = "set_aside";
/// Key of what the browser calls itself, as it said at the sign-in.
pub const AGENT: &str = "agent";
/// Key of the address that the browser had when its use was last noted.
pub const ADDRESS: &str = "address";

/// A session ends after this time without a request (OWASP ASVS 5.0 7.3.1).
pub const IDLE: Span = Span::hours(12);

/// A session ends this long after it began, in any case (7.3.2).
pub const ABSOLUTE: Span = Span::days(14);

/// A session that came by single sign-on ends this long after it began. Whoever
/// left the company is out then, since only the provider hears of it.
pub const SINGLE_SIGN_ON_ABSOLUTE: Span = Span::hours(12);

/// The value of [`SINGLE_SIGN_ON`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BySingleSignOn {
    person: PersonId,
    tenant: TenantId,
}

impl BySingleSignOn {
    /// What to keep of somebody; `None` if they came in their own way.
    pub fn of(signed_in: SignedIn) -> Option<Self> {
        let person = signed_in.person();
        signed_in.tenant().map(|tenant| Self { person, tenant })
    }
}

impl From<BySingleSignOn> for SignedIn {
    fn from(BySingleSignOn { person, tenant }: BySingleSignOn) -> Self {
        Self::by_tenant(person, tenant)
    }
}

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
    signed_in: Option<SignedIn>,
    data: &str,
    expires: Timestamp,
) -> Result<bool, InternalError> {
    let insert = session::Entity::insert(row(services, id, signed_in, data, expires)).on_conflict(
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
    signed_in: Option<SignedIn>,
    data: &str,
    expires: Timestamp,
) -> Result<bool, InternalError> {
    let tx = services.db.begin_write().await?;
    let done = session::Entity::update_many()
        .col_expr(
            session::Column::PersonId,
            Expr::value(signed_in.map(SignedIn::person)),
        )
        .col_expr(
            session::Column::SsoTenantId,
            Expr::value(signed_in.and_then(SignedIn::tenant)),
        )
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
    signed_in: Option<SignedIn>,
    data: &str,
    expires: Timestamp,
) -> Result<(), InternalError> {
    let upsert = session::Entity::insert(row(services, id, signed_in, data, expires)).on_conflict(
        OnConflict::column(session::Column::IdHash)
            .update_columns([
                session::Column::PersonId,
                session::Column::SsoTenantId,
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

/// Ends the sessions that came by a tenant's single sign-on: all, or a person's.
pub(crate) async fn end_by_single_sign_on(
    tx: &Transaction,
    tenant: TenantId,
    person: Option<PersonId>,
) -> Result<u64, InternalError> {
    let mut sessions =
        session::Entity::delete_many().filter(session::Column::SsoTenantId.eq(tenant));
    if let Some(person) = person {
        sessions = sessions.filter(session::Column::PersonId.eq(person));
    }
    Ok(sessions.exec(tx).await?.rows_affected)
}

/// A session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Names it among the person's sessions; opens nothing.
    pub key: String,
    /// What the browser calls itself; empty if it didn't say.
    pub agent: String,
    /// Where it was used last, as far as that is known.
    pub address: Option<String>,
    /// When it began.
    pub signed_in_at: Timestamp,
    /// When it was used last, to five minutes.
    pub seen_at: Timestamp,
}

/// What names a session among those of its person.
pub fn key(id: &SecretString) -> String {
    key_of(&id_hash(id))
}

pub(super) fn key_of(id_hash: &[u8]) -> String {
    id_hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sessions of a person that are still valid, the last used first.
///
/// # Errors
/// If the database failed.
pub async fn of_person(
    services: &Services,
    person: PersonId,
) -> Result<Vec<OwnSession>, InternalError> {
    let now = services.expiry_now();
    let rows: Vec<session::Model> = session::Entity::find()
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::CreatedAt.gt(now.minus(ABSOLUTE)))
        .readable(services.db.read(), "the sessions of a person")
        .await?;
    let own = |row: session::Model| {
        let data: Value = serde_json::from_str(&row.data).unwrap_or_default();
        let at = |key: &str| data[key].as_i64().map_or(row.created_at, Timestamp);
        OwnSession {
            key: key_of(&row.id_hash),
            agent: data[AGENT].as_str().unwrap_or_default().to_owned(),
            address: data[ADDRESS].as_str().map(str::to_owned),
            signed_in_at: at(SIGNED_IN_AT),
            seen_at: at(SEEN_AT),
        }
    };
    let mut sessions: Vec<_> = rows.into_iter().map(own).collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
    Ok(sessions)
}

/// Ends one session of a person. `false` if there is none with this key.
///
/// # Errors
/// If the database failed.
pub async fn end_one(
    services: &Services,
    person: PersonId,
    key: &str,
) -> Result<bool, InternalError> {
    let tx = services.db.begin_write().await?;
    let ended = end_where(&tx, person, |row| key_of(&row.id_hash) == key).await?;
    tx.commit().await?;
    Ok(ended > 0)
}

/// Ends all sessions of a person but this one; gives how many those were.
///
/// # Errors
/// If the database failed.
pub async fn end_others(
    services: &Services,
    person: PersonId,
    keep: &str,
) -> Result<u64, InternalError> {
    let tx = services.db.begin_write().await?;
    let ended = end_others_in(&tx, person, keep).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The same, in a transaction that does more.
pub(super) async fn end_others_in(
    tx: &Transaction,
    person: PersonId,
    keep: &str,
) -> Result<u64, InternalError> {
    end_where(tx, person, |row| key_of(&row.id_hash) != keep).await
}

async fn end_where(
    tx: &Transaction,
    person: PersonId,
    ends: impl Fn(&session::Model) -> bool,
) -> Result<u64, InternalError> {
    // Locked, so that none gets another id before it is deleted.
    let rows: Vec<session::Model> = session::Entity::find()
        .filter(session::Column::PersonId.eq(person))
        .lock(LockType::Update)
        .rows(tx)
        .await?;
    let ending = rows.into_iter().filter(ends).map(|row| row.id_hash);
    let done = session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::IdHash.is_in(ending))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
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

pub(super) fn id_hash(id: &SecretString) -> Vec<u8> {
    digest("session", id)
}

fn row(
    services: &Services,
    id: &SecretString,
    signed_in: Option<SignedIn>,
    data: &str,
    expires: Timestamp,
) -> session::ActiveModel {
    session::ActiveModel {
        id_hash: Set(id_hash(id)),
        person_id: Set(signed_in.map(SignedIn::person)),
        sso_tenant_id: Set(signed_in.and_then(SignedIn::tenant)),
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
