//! Finds the API token of a request and checks it.

use super::{ApiRequest, LENGTH, Networks, PREFIX, addresses, rate, token_hash, uses::UseLog};
use crate::{
    core::{error::InternalError, rows::Rows, services::Services},
    entity::{api_token, tenant},
    tenancy::{
        Actor, Who,
        lookup::{self, Key},
    },
};
use domain::{
    ids::{ApiTokenId, AppId, TenantId},
    request_rate::Allowance,
    role::Role,
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// The columns that decide whether the token is accepted.
pub(crate) struct Presented<'a> {
    pub id: ApiTokenId,
    pub tenant: TenantId,
    pub role: Role,
    pub only_app: Option<AppId>,
    pub token_hash: &'a [u8],
    /// The secret before, and until when it works.
    pub old_token_hash: Option<&'a [u8]>,
    pub old_works_until: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub networks: Option<&'a str>,
    pub rate_per_second: Option<i32>,
    pub rate_burst: Option<i32>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is unknown or revoked.
    Unknown,
    /// It has expired.
    Expired,
    /// It is the secret before a rotation, and its time is over.
    Replaced,
    /// It is limited to networks, and the address is in none of them.
    WrongNetwork,
}

/// There is no actor.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is refused.
    #[error("the API token is refused")]
    Refused(Refusal),
    /// It asks too often.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// It is used from a new address, and that can't be recorded.
    #[error(
        "the audit can't be written just now, and an API token that is used from a new address isn't answered without an entry; ask again, and have an operator look at the server's log"
    )]
    AuditUnavailable,
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// A token asks more often than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the API token asks more often than it may ({} requests a second, {} at once); wait as long as Retry-After says",
    allowance.rate.per_second(),
    allowance.rate.burst()
)]
pub struct TooMany {
    /// What it may do.
    pub allowance: Allowance,
    /// How long to wait.
    pub wait: Span,
}

impl From<Refusal> for AuthenticateError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sea_orm::DbErr> for AuthenticateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

/// The digest of a text that may be a token; `None` if it can't be one.
pub(crate) fn hash_of(token: &SecretString) -> Option<Vec<u8>> {
    let text = token.expose_secret();
    (text.len() == LENGTH && text.starts_with(PREFIX)).then(|| token_hash(token))
}

impl Presented<'_> {
    /// The token's rights, if it has this digest, is valid, may be used from the
    /// request's address and doesn't ask too often; the use is then noted. All ways
    /// of finding the row use this one rule.
    pub fn recognize(
        &self,
        services: &Services,
        hash: &[u8],
        request: &ApiRequest,
    ) -> Result<Role, AuthenticateError> {
        let now = services.now();
        self.has_secret(services, hash)?;
        if self
            .expires_at
            .is_some_and(|at| at <= services.expiry_now())
        {
            return Err(Refusal::Expired.into());
        }
        if let Some(networks) = self.networks {
            let networks: Networks = networks
                .parse()
                .map_err(|_| InternalError::inconsistent("api_tokens", "networks", self.id))?;
            if !networks.hold(request.address) {
                return Err(Refusal::WrongNetwork.into());
            }
        }
        let rate = rate::of(self.id, self.rate_per_second, self.rate_burst)?;
        let allowance = request.count(services, self.id, rate);
        if let Some(wait) = allowance.wait {
            return Err(TooMany { allowance, wait }.into());
        }
        services.state::<UseLog>().note(self.tenant, self.id, now);
        Ok(self.role)
    }

    /// Continues if the digest is the token's, or that of the secret before while it
    /// works. A revoked token has no secret.
    fn has_secret(&self, services: &Services, hash: &[u8]) -> Result<(), Refusal> {
        // The index finds by digest, and nobody can guess the beginning of one;
        // the comparison that decides takes the same time for every result.
        let is = |known: &[u8]| bool::from(known.ct_eq(hash));
        let is_new = is(self.token_hash);
        let is_old = self.old_token_hash.is_some_and(is);
        if self.revoked_at.is_some() || !(is_new || is_old) {
            return Err(Refusal::Unknown);
        }
        let works = self
            .old_works_until
            .is_some_and(|until| until > services.expiry_now());
        if is_new || works {
            Ok(())
        } else {
            Err(Refusal::Replaced)
        }
    }

    /// Whether it may touch the app.
    pub fn reaches(&self, app: AppId) -> bool {
        self.only_app.is_none_or(|only| only == app)
    }
}

/// The actor of the request's token, in its tenant.
///
/// # Errors
/// See [`AuthenticateError`].
pub async fn authenticate(
    services: &Services,
    token: &SecretString,
    request: &ApiRequest,
) -> Result<Actor, AuthenticateError> {
    let unknown = || AuthenticateError::Refused(Refusal::Unknown);
    let hash = hash_of(token).ok_or_else(unknown)?;
    // The token proves the tenant. It is looked up at every request, so that a
    // revocation holds at once in every process.
    let scope = lookup::scope_of(services, Key::ApiToken(hash.clone()))
        .await?
        .ok_or_else(unknown)?;
    let tx = scope.read().await?;
    let row = tx
        .all::<api_token::Entity>()
        .filter(
            Condition::any()
                .add(api_token::Column::TokenHash.eq(hash.clone()))
                .add(api_token::Column::OldTokenHash.eq(hash.clone())),
        )
        .row::<api_token::Model>(&*tx)
        .await?
        .ok_or_else(unknown)?;
    drop(tx);
    let presented = Presented {
        id: row.id,
        tenant: row.tenant_id,
        role: row.role,
        only_app: row.app_id,
        token_hash: &row.token_hash,
        old_token_hash: row.old_token_hash.as_deref(),
        old_works_until: row.old_works_until,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        networks: row.networks.as_deref(),
        rate_per_second: row.rate_per_second,
        rate_burst: row.rate_burst,
    };
    let address = request.address;
    let role = presented.recognize(services, &hash, request);
    if let Err(AuthenticateError::Refused(Refusal::WrongNetwork)) = role {
        addresses::refused(&scope, presented.id, &row.name, address).await;
    }
    let role = role?;
    if let Err(error) = addresses::note(&scope, presented.id, &row.name, address).await {
        tracing::error!(%error, "The new address of an API token could not be recorded, so it isn't answered");
        return Err(AuthenticateError::AuditUnavailable);
    }
    let tenant = tenant::Entity::find_by_id(row.tenant_id)
        .row::<tenant::Model>(services.db.read())
        .await?
        .ok_or_else(unknown)?;
    let actor = Actor::new(
        services,
        tenant,
        Who::ApiToken {
            id: presented.id,
            name: row.name.clone(),
        },
        role,
        presented.only_app.into(),
    );
    let actor = actor.at(address);
    request.is_of(&actor);
    Ok(actor)
}
