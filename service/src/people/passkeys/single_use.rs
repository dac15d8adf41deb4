//! A row with the challenge's digest uses the challenge up, since there can be only one.

use super::{ceremony::CHALLENGE_LIFE, refusal::Refusal};
use crate::{
    core::{database::Transaction, error::InternalError, services::Services},
    entity::used_challenge::{ActiveModel, Column, Entity},
};
use domain::time::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use sha2::{Digest, Sha256};

/// Uses the challenge up.
pub(super) async fn take(services: &Services, challenge: &[u8]) -> Result<(), Refusal> {
    if insert(services, challenge).await? {
        Ok(())
    } else {
        Err(Refusal::Used)
    }
}

async fn insert(services: &Services, challenge: &[u8]) -> Result<bool, InternalError> {
    let row = ActiveModel {
        challenge_hash: Set(Sha256::digest(challenge).to_vec()),
        // Until this time the cookie could be sent again.
        expires_at: Set(services.expiry_now().plus(CHALLENGE_LIFE)),
    };
    let unique = OnConflict::column(Column::ChallengeHash)
        .do_nothing()
        .to_owned();
    let tx = services.db.begin_write().await?;
    let written = Entity::insert(row)
        .on_conflict(unique)
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(written == 1)
}

/// Removes what can't come back any more.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
