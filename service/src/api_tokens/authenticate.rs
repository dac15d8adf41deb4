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
    role::Role,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// The columns that decide whose call it is.
pub(crate) struct Presented<'a> {
    pub id: ApiTokenId,
    pub tenant: TenantId,
    pub role: &'a str,
    pub only_app: Option<AppId>,
    pub token_hash: &'a [u8],
    pub expires_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// The digest of what may be a token; `None` if it can't be one.
pub(crate) fn hash_of(token: &SecretString) -> Option<Vec<u8>> {
    let text = token.expose_secret();
    (text.len() == LENGTH && text.starts_with(PREFIX)).then(|| token_hash(token))
}

impl Presented<'_> {
    /// What the token allows, if it is the one with this digest and good;
    /// its use is noted then. The one rule, however the row was found.
    pub fn recognize(&self, services: &Services, hash: &[u8]) -> Result<Option<Role>, Fault> {
        let now = services.now();
        // The index finds by digest, of which nobody can guess a beginning; the
        // comparison that decides takes the same time for every outcome.
        if !bool::from(self.token_hash.ct_eq(hash)) || !self.is_valid(now) {
            return Ok(None);
        }
        let role = self
            .role
            .parse()
            .map_err(|_| Fault::inconsistent("api_tokens", "role", self.id))?;
        services.uses.note(self.tenant, self.id, now);
        Ok(Some(role))
    }

    /// Whether it may touch the app.
    pub fn reaches(&self, app: AppId) -> bool {
        self.only_app.is_none_or(|only| only == app)
    }

    fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now.0 < at)
    }
}

/// The token as actor in its tenant; `None` if it is unknown, revoked or expired.
///
/// # Errors
/// If the database failed or holds an unknown role.
pub async fn authenticate(
    services: &Services,
    token: &SecretString,
) -> Result<Option<Actor>, Fault> {
    let Some(hash) = hash_of(token) else {
        return Ok(None);
    };
    // The token proves which tenant it is. Asked for at every request, so that a revocation holds at once, in every process.
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
    let Some(row) = row else {
        return Ok(None);
    };
    let presented = Presented {
        id: ApiTokenId(row.id),
        tenant: TenantId(row.tenant_id),
        role: &row.role,
        only_app: row.app_id.map(AppId),
        token_hash: &row.token_hash,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    };
    let Some(role) = presented.recognize(services, &hash)? else {
        return Ok(None);
    };
    let Some(tenant) = tenant::Entity::find_by_id(row.tenant_id)
        .one(services.db.read())
        .await?
    else {
        return Ok(None);
    };
    let slug = tenant
        .slug
        .parse()
        .map_err(|_| Fault::inconsistent("tenants", "slug", tenant.id))?;
    Ok(Some(Actor::new(
        services,
        (presented.tenant, slug, tenant.name),
        Who::ApiToken {
            id: presented.id,
            name: row.name,
        },
        role,
        presented.only_app,
    )))
}
