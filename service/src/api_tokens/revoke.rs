//! Revokes a token.

use crate::{
    audit::{self, Action, Entry, Target},
    core::error::{Forbidden, InternalError},
    entity::api_token,
    tenancy::Actor,
};
use domain::{
    ids::{ApiTokenId, AppId},
    permission::Permission,
    role::Role,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, sea_query::Expr};

/// Why the token was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeApiTokenError {
    /// The role doesn't allow it, or not for a token of that role.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The tenant has no such token.
    #[error("there is no such API token")]
    NotFound,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Since when a token is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// Just now.
    Now,
    /// Since this time, before the call.
    Before(Timestamp),
}

/// Revokes a token, at once and in every process. A second call changes nothing.
///
/// # Errors
/// See [`RevokeApiTokenError`].
pub async fn revoke(actor: &Actor, id: ApiTokenId) -> Result<Revoked, RevokeApiTokenError> {
    actor.require(Permission::ManageApiTokens)?;
    let tx = actor.write().await?;
    // Not read as its model: the owner can also revoke a token whose role is unknown.
    let row: Option<(String, Option<AppId>, String, Option<Timestamp>)> = tx
        .all::<api_token::Entity>()
        .filter(api_token::Column::Id.eq(id))
        .select_only()
        .columns([
            api_token::Column::Name,
            api_token::Column::AppId,
            api_token::Column::Role,
            api_token::Column::RevokedAt,
        ])
        .into_tuple()
        .one(&*tx)
        .await
        .map_err(InternalError::from)?;
    // A token that is limited to an app sees only the tokens of that app.
    let (name, _, role, revoked_at) = row
        .filter(|(_, of, ..)| actor.apps.covers(&(*of).into()))
        .ok_or(RevokeApiTokenError::NotFound)?;
    let role = role.parse().unwrap_or(Role::Owner);
    if !actor.role.may_give_to_api_token(role) {
        return Err(Forbidden.into());
    }
    if let Some(at) = revoked_at {
        return Ok(Revoked::Before(at));
    }
    let done = tx
        .update::<api_token::Entity>()
        .col_expr(api_token::Column::RevokedAt, Expr::value(actor.now()))
        .filter(api_token::Column::Id.eq(id))
        .filter(api_token::Column::RevokedAt.is_null())
        .exec(&*tx)
        .await
        .map_err(InternalError::from)?;
    if done.rows_affected == 0 {
        // Another request revoked it in between.
        return Ok(Revoked::Before(actor.now()));
    }
    let target = Target::api_token(id, &name);
    let entry = Entry::of(actor, Action::ApiTokenRevoked, target);
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(api_token.id = %id, "an API token was revoked");
    Ok(Revoked::Now)
}
