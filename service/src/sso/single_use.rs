//! A row with the state's digest uses the state up, since there can be only one.

use super::refusal::Refusal;
use crate::{
    core::{database::Transaction, digest::digest, error::InternalError, services::Services},
    entity::sso_state::{ActiveModel, Column, Entity},
    vault::carried::STATE_LIFE,
};
use domain::time::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use secrecy::SecretString;

/// Uses the state up.
pub(super) async fn take(services: &Services, state: &SecretString) -> Result<(), Refusal> {
    let row = ActiveModel {
        state_hash: Set(digest("state of single sign-on", state)),
        // Until this time the cookie could be sent again.
        expires_at: Set(services.expiry_now().plus(STATE_LIFE)),
    };
    let tx = services
        .db
        .begin_write()
        .await
        .map_err(InternalError::from)?;
    let unique = OnConflict::column(Column::StateHash)
        .do_nothing()
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(unique)
        .exec_without_returning(&tx)
        .await
        .map_err(InternalError::from)?;
    tx.commit().await.map_err(InternalError::from)?;
    if written == 1 {
        Ok(())
    } else {
        Err(Refusal::StateUsed)
    }
}

/// Removes what can't come back any more.
pub(crate) async fn sweep(tx: &Transaction, now: Timestamp) -> Result<(), InternalError> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    Ok(())
}
