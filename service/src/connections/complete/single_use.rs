//! A row with the state's digest uses the state up, since there can be only
//! one; the row then keeps the outcome.

use super::{begun::Begun, callback::CallbackError, strangers};
use crate::{
    connections::{authorize::Requested, result::Outcome},
    core::{digest::digest, error::InternalError, network::Network, rows::Rows},
    entity::authorization::{ActiveModel, Column, Entity, Model},
    tenancy::{TenantScope, Tx},
    vault::carried::STATE_LIFE,
};
use domain::{error::AuthorizationProblem, ids::AuthorizationId, scope::ScopeSet};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use secrecy::SecretString;
use std::net::IpAddr;

/// Whether a state was used before.
pub(super) enum Taken {
    /// It is used for the first time, under this id.
    First(AuthorizationId),
    /// It was used before.
    Before(AuthorizationId),
}

/// Uses the state up, in one statement. `limited`: only while anonymous
/// installations have room. The room is counted again under a lock, so that
/// many concurrent callbacks don't all see the same room.
pub(super) async fn take(
    begun: &Begun,
    state: &SecretString,
    browser: &SecretString,
    address: Option<IpAddr>,
    limited: bool,
) -> Result<Taken, CallbackError> {
    let (facts, scope) = (&begun.facts, &begun.scope);
    let now = scope.expiry_now();
    let tx = scope.write().await?;
    if limited {
        strangers::queue(&tx, facts.app).await?;
        if !strangers::room(&tx, facts.app, address, now).await? {
            return Err(AuthorizationProblem::Busy.into());
        }
    }
    if let Some(id) = begun.stored {
        let consumed = tx
            .update::<Entity>()
            .filter(Column::Id.eq(id))
            .filter(Column::ConsumedAt.is_null())
            .col_expr(Column::ConsumedAt, Expr::value(now))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        return Ok(match consumed.rows_affected {
            0 => Taken::Before(id),
            _ => Taken::First(id),
        });
    }
    let id = scope.new_id();
    let state_hash = digest("state", state);
    let row = ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        app_id: Set(facts.app),
        subdomain: Set(facts.subdomain.clone()),
        state_hash: Set(state_hash.clone()),
        browser_hash: Set(digest("browser", browser)),
        origin: Set(facts.origin.code().to_owned()),
        person_id: Set(facts.origin.person()),
        link_id: Set(facts.origin.link()),
        requested_scopes: Set(match &facts.requested {
            Requested::Scopes(scopes) => scopes.clone(),
            Requested::Digest(_) => ScopeSet::default(),
        }),
        created_at: Set(now),
        // Until this time the cookie could be sent again.
        expires_at: Set(now.plus(STATE_LIFE)),
        consumed_at: Set(Some(now)),
        outcome: Set(None),
        network: Set(address.map(|address| Network::from(address).to_string())),
        approved: Set(false),
        language: Set(facts.language),
    };
    let unique = OnConflict::column(Column::StateHash)
        .do_nothing()
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(unique)
        .exec_without_returning(&*tx)
        .await?;
    if written == 1 {
        tx.commit().await?;
        return Ok(Taken::First(id));
    }
    let before: Model = tx
        .all::<Entity>()
        .filter(Column::StateHash.eq(state_hash))
        .filter(Column::BrowserHash.eq(digest("browser", browser)))
        .row(&*tx)
        .await?
        .ok_or(AuthorizationProblem::StateUnknown)?;
    Ok(Taken::Before(before.id))
}

/// Stores the problem for the result page.
pub(super) async fn keep_failure(
    scope: &TenantScope,
    id: AuthorizationId,
    problem: AuthorizationProblem,
) -> Result<(), InternalError> {
    let tx = scope.write().await?;
    write_outcome(&tx, id, &Outcome::Failed { problem }).await?;
    tx.commit().await
}

/// Writes the outcome, in the transaction that stores its effects.
pub(super) async fn write_outcome(
    tx: &Tx,
    id: AuthorizationId,
    outcome: &Outcome,
) -> Result<(), InternalError> {
    let text = serde_json::to_string(outcome)
        .map_err(|_| InternalError::inconsistent("authorizations", "outcome", id))?;
    tx.update::<Entity>()
        .filter(Column::Id.eq(id))
        .col_expr(Column::Outcome, Expr::value(text))
        .col_expr(
            Column::Approved,
            Expr::value(matches!(outcome, Outcome::Approved { .. })),
        )
        .exec(&**tx)
        .await?;
    Ok(())
}
