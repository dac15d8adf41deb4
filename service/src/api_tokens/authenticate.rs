//! Tells whose token a request carries.

use super::{LENGTH, PREFIX, token_hash};
use crate::{
    actor::{Actor, Who},
    entity::{api_token, tenant},
    error::Fault,
    lookup::{self, Key},
    services::Services,
};
use domain::{
    ids::{ApiTokenId, AppId, TenantId},
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// How exact "last used" is; at most one write in this time for each token.
const LAST_USED_STEP: Span = Span::minutes(1);

/// The token as actor in its tenant; `None` if it is unknown, revoked or expired.
///
/// # Errors
/// If the database failed or holds an unknown role.
pub async fn authenticate(
    services: &Services,
    token: &SecretString,
) -> Result<Option<Actor>, Fault> {
    let text = token.expose_secret();
    if text.len() != LENGTH || !text.starts_with(PREFIX) {
        return Ok(None);
    }
    // The token proves which tenant it is. Asked for at every request, so that a revocation holds at once, in every process.
    let hash = token_hash(token);
    let Some(scope) = lookup::scope_of(services, Key::ApiToken(hash.clone())).await? else {
        return Ok(None);
    };
    let tx = scope.read().await?;
    let row = tx
        .all::<api_token::Entity>()
        .filter(api_token::Column::TokenHash.eq(hash.clone()))
        .one(&*tx)
        .await?;
    drop(tx);
    let now = services.now();
    // The index finds by digest, of which nobody can guess a beginning; the
    // comparison that decides takes the same time for every outcome.
    let Some(row) = row.filter(|row| bool::from(row.token_hash.ct_eq(&hash)) && is_valid(row, now))
    else {
        return Ok(None);
    };
    let Some(tenant) = tenant::Entity::find_by_id(row.tenant_id)
        .one(services.db.read())
        .await?
    else {
        return Ok(None);
    };
    let role = row
        .role
        .parse()
        .map_err(|_| Fault::inconsistent("api_tokens", "role", row.id))?;
    let slug = tenant
        .slug
        .parse()
        .map_err(|_| Fault::inconsistent("tenants", "slug", tenant.id))?;
    let actor = Actor::new(
        services,
        (TenantId(tenant.id), slug, tenant.name),
        Who::ApiToken {
            id: ApiTokenId(row.id),
            name: row.name,
        },
        role,
        row.app_id.map(AppId),
    );
    if row
        .last_used_at
        .is_none_or(|at| now.since(Timestamp(at)) >= LAST_USED_STEP)
        && let Err(error) = note_use(&actor, row.id, now).await
    {
        // Only a convenience for owners; the request itself goes on.
        tracing::warn!(api_token.id = %row.id, %error, "the last use of an API token could not be noted");
    }
    Ok(Some(actor))
}

fn is_valid(row: &api_token::Model, now: Timestamp) -> bool {
    row.revoked_at.is_none() && row.expires_at.is_none_or(|at| now.0 < at)
}

async fn note_use(actor: &Actor, id: uuid::Uuid, now: Timestamp) -> Result<(), Fault> {
    let tx = actor.write().await?;
    tx.update::<api_token::Entity>()
        .col_expr(api_token::Column::LastUsedAt, Expr::value(now.0))
        .filter(api_token::Column::Id.eq(id))
        .filter(
            Condition::any()
                .add(api_token::Column::LastUsedAt.is_null())
                .add(api_token::Column::LastUsedAt.lte(now.minus(LAST_USED_STEP).0)),
        )
        .exec(&*tx)
        .await?;
    tx.commit().await
}
