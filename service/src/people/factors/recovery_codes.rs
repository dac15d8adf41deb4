//! Recovery codes: each stands in for a second factor once.

use super::{
    change::{self, FactorChange, FactorError},
    hashes::{self, SALT_LENGTH},
};
use crate::{
    audit::Action,
    core::{database::Transaction, error::InternalError, rows::Rows, services::Services},
    entity::recovery_code::{ActiveModel, Column, Entity, Model},
    people::{
        membership::PersonSummary,
        notices::{self, Notice},
    },
    tenancy::Confirmed,
};
use domain::{
    ids::PersonId,
    recovery_code::{self, HOW_MANY, LETTERS},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use zeroize::Zeroizing;

/// New codes, before they are stored.
pub(crate) struct Fresh {
    codes: Vec<SecretString>,
    salt: [u8; SALT_LENGTH],
    hashes: Vec<Vec<u8>>,
}

impl Fresh {
    /// Makes them. Hashing takes half a second, so it comes before the transaction.
    pub async fn make(services: &Services) -> Result<Self, InternalError> {
        let mut salt = [0; SALT_LENGTH];
        services.random.fill(&mut salt);
        let code = || {
            let mut bytes = Zeroizing::new([0; LETTERS]);
            services.random.fill(bytes.as_mut());
            SecretString::from(recovery_code::of_random(*bytes))
        };
        let codes: Vec<_> = (0..HOW_MANY).map(|_| code()).collect();
        let hashes = hashes::hash_all(&salt, codes.clone()).await?;
        Ok(Self {
            codes,
            salt,
            hashes,
        })
    }

    /// Stores them instead of the ones before, and gives them as lines, to be shown once.
    pub async fn store(
        self,
        services: &Services,
        tx: &Transaction,
        person: PersonId,
    ) -> Result<SecretString, InternalError> {
        forget(tx, person).await?;
        let now = services.expiry_now();
        let rows = self.hashes.into_iter().map(|hash| ActiveModel {
            person_id: Set(person),
            hash: Set(hash),
            salt: Set(self.salt.to_vec()),
            created_at: Set(now),
        });
        Entity::insert_many(rows).exec_without_returning(tx).await?;
        let lines = self
            .codes
            .iter()
            .fold(Zeroizing::new(String::new()), |mut all, code| {
                if !all.is_empty() {
                    all.push('\n');
                }
                all.push_str(&recovery_code::in_groups(code.expose_secret()));
                all
            });
        Ok(SecretString::from(lines.as_str()))
    }
}

/// Makes new codes; the ones before work no more. They are lines, to be shown once.
///
/// # Errors
/// [`FactorError`]; nothing is changed then. Whoever has no second factor needs no codes.
pub async fn renew(
    services: &Services,
    person: &PersonSummary,
    confirmed: &Confirmed,
    by: FactorChange<'_>,
) -> Result<SecretString, FactorError> {
    change::require_confirmed(person, confirmed)?;
    let fresh = Fresh::make(services).await?;
    let tx = change::begin(services, person.id).await?;
    if super::of_one(&tx, person.id).await?.is_empty() {
        return Err(FactorError::NoFactor);
    }
    let codes = fresh.store(services, &tx, person.id).await?;
    change::finish(services, tx, person, by, &Notice::RecoveryCodesMade).await?;
    change::note(services, person.id, by, Action::RecoveryCodesMade, "").await;
    Ok(codes)
}

/// How many codes are left.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn left(services: &Services, person: PersonId) -> Result<u64, InternalError> {
    left_in(services.db.read(), person).await
}

/// The same, in a transaction.
pub(crate) async fn left_in(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<u64, InternalError> {
    let codes = Entity::find().filter(Column::PersonId.eq(person));
    Ok(codes.count(db).await?)
}

/// Uses a code up, and tells the person by mail. Gives how many are left; `None` if it
/// is no code of theirs, or not any more. Of two at once, one gets it.
pub(super) async fn take(
    services: &Services,
    person: &PersonSummary,
    code: SecretString,
    address: Option<IpAddr>,
) -> Result<Option<u64>, InternalError> {
    let of_person = Entity::find().filter(Column::PersonId.eq(person.id));
    let rows: Vec<Model> = of_person.clone().rows(services.db.read()).await?;
    let Some(salt) = rows.first().map(|row| row.salt.clone()) else {
        return Ok(None);
    };
    // Codes are made and removed together, so all have this salt.
    let hashes = rows.into_iter().map(|row| row.hash).collect();
    let Some(hash) = hashes::find(&salt, hashes, code).await? else {
        return Ok(None);
    };
    let tx = services.db.begin_write().await?;
    let taken = Entity::delete_by_id((person.id, hash)).exec(&tx).await?;
    if taken.rows_affected != 1 {
        return Ok(None);
    }
    let left = of_person.count(&tx).await?;
    let notice = Notice::RecoveryCodeUsed { left };
    notices::queue(services, &tx, person, &notice, address).await?;
    tx.commit().await?;
    Ok(Some(left))
}

/// Removes all codes of a person.
pub(crate) async fn forget(tx: &Transaction, person: PersonId) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::PersonId.eq(person))
        .exec(tx)
        .await?;
    Ok(())
}
