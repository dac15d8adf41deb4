//! The tokens of a tenant, as its owners and operators see them.

use super::{Networks, addresses, rate, uses::UseLog};
use crate::{
    core::{
        error::{Forbidden, InternalError},
        rows::{Rows, or_log},
        services::Services,
    },
    entity::{api_token, app},
    tenancy::{Actor, TenantScope, lookup::scope_of_slug},
};
use domain::{
    app_limit::AppLimit,
    ids::{ApiTokenId, AppId},
    permission::Permission,
    request_rate::RequestRate,
    role::Role,
    slug::Slug,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// The purpose that the log names if a row can't be read.
const WANTED_FOR: &str = "the list of API tokens";

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// Its id.
    pub id: ApiTokenId,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Its first letters, by which people recognise it.
    pub prefix: String,
    /// The only app that it may touch, with its name; `None` for all.
    pub app: Option<(AppId, String)>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires; `None` if it doesn't.
    pub expires_at: Option<Timestamp>,
    /// When it was last used; uses in other processes show within a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The networks that it works from.
    pub networks: Networks,
    /// How often it may ask.
    pub rate: RequestRate,
    /// When it got its secret, if that was not when it was made.
    pub rotated_at: Option<Timestamp>,
    /// The secret before that, as long as it works.
    pub old: Option<OldSecret>,
    /// The addresses that it was used from in the last 30 days, latest first.
    pub used_from: Vec<String>,
}

/// A secret that a rotation replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldSecret {
    /// Its first letters.
    pub prefix: String,
    /// Until when it works.
    pub works_until: Timestamp,
}

impl OldSecret {
    /// The old secret of a row, if it works at `now`. Of a token that is revoked or
    /// whose time is over, none does.
    pub(super) fn of(row: &api_token::Model, now: Timestamp) -> Option<Self> {
        if row.revoked_at.is_some() || row.expires_at.is_some_and(|at| at <= now) {
            return None;
        }
        let works_until = row.old_works_until.filter(|until| *until > now)?;
        Some(Self {
            prefix: row.old_prefix.clone().unwrap_or_default(),
            works_until,
        })
    }
}

/// Why the tokens can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum ListApiTokensError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// All tokens of the tenant, the newest first, revoked ones included.
///
/// # Errors
/// See [`ListApiTokensError`].
pub async fn list(actor: &Actor) -> Result<Vec<ApiTokenRow>, ListApiTokensError> {
    actor.require(Permission::ManageApiTokens)?;
    Ok(read(actor.scope(), &actor.apps).await?)
}

/// The same on the command line; `None` if there is no such tenant.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn list_on_command_line(
    services: &Services,
    slug: &Slug,
) -> Result<Option<Vec<ApiTokenRow>>, InternalError> {
    match scope_of_slug(services, slug).await? {
        Some(scope) => Ok(Some(read(&scope, &AppLimit::All).await?)),
        None => Ok(None),
    }
}

async fn read(scope: &TenantScope, limit: &AppLimit) -> Result<Vec<ApiTokenRow>, InternalError> {
    let (tx, now) = (scope.read().await?, scope.expiry_now());
    let mut tokens = tx.all::<api_token::Entity>();
    if let Some(apps) = limit.ids() {
        tokens = tokens.filter(api_token::Column::AppId.is_in(apps));
    }
    let tokens: Vec<api_token::Model> = tokens
        .order_by_desc(api_token::Column::Id)
        .readable(&*tx, WANTED_FOR)
        .await?;
    let apps: Vec<(AppId, String)> = tx
        .all::<app::Entity>()
        .filter(app::Column::Id.is_in(tokens.iter().filter_map(|t| t.app_id)))
        .select_only()
        .columns([app::Column::Id, app::Column::Name])
        .into_tuple()
        .all(&*tx)
        .await?;
    let mut used_from = addresses::of_tenant(&tx, now).await?;
    let names: HashMap<_, _> = apps.into_iter().collect();
    let row = |token: api_token::Model| {
        let id = token.id;
        let rate = rate::of(id, token.rate_per_second, token.rate_burst)?;
        let old = OldSecret::of(&token, now);
        let networks = token.networks.unwrap_or_default().parse();
        Ok(ApiTokenRow {
            id,
            name: token.name,
            role: token.role,
            prefix: token.prefix,
            app: token
                .app_id
                .map(|id| (id, names.get(&id).cloned().unwrap_or_default())),
            created_by: token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token
                .last_used_at
                .max(scope.state::<UseLog>().of(scope.tenant(), id)),
            revoked_at: token.revoked_at,
            networks: networks
                .map_err(|_| InternalError::inconsistent("api_tokens", "networks", id))?,
            rate,
            rotated_at: token.rotated_at,
            old,
            used_from: used_from.remove(&id).unwrap_or_default(),
        })
    };
    let rows = tokens.into_iter().map(row);
    Ok(rows.filter_map(|row| or_log(row, WANTED_FOR)).collect())
}
