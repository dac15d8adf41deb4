//! Makes API tokens, from the page or on the command line.

use super::{Networks, PREFIX, SHOWN, token_hash};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{api_token, app},
    host::random::secret_text,
    tenancy::{Actor, Confirmed, TenantScope, Tx, Who, lookup::scope_of_slug},
};
use domain::{
    ids::AppId,
    permission::Permission,
    request_rate::RequestRate,
    role::Role,
    slug::Slug,
    time::{Span, Timestamp},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;

/// The shortest life of a token that expires.
const SHORTEST: Span = Span::days(1);
const LONGEST: Span = Span::days(3_650);

/// A new token and its rights.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// The name that people know it by.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The only app that it may touch; `None` for all.
    pub app: Option<AppId>,
    /// How long it works, at least a day; `None` until it is revoked.
    pub expires_in: Option<Span>,
    /// The networks that it works from.
    pub networks: Networks,
    /// How often it may ask.
    pub rate: RequestRate,
}

impl NewApiToken {
    /// A token for all apps that works from everywhere until it is revoked.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self {
            name: name.into(),
            role,
            app: None,
            expires_in: None,
            networks: Networks::default(),
            rate: RequestRate::USUAL,
        }
    }
}

/// The token was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiTokenError {
    /// The role doesn't allow it, or not for a token of that role.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Some fields are not valid; their names are `name`, `app` and `expires`.
    #[error("{}", .0.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<FieldError>),
    /// There is no such tenant.
    #[error("there is no tenant “{0}”; make it with `mooring owner create`, or correct --tenant")]
    NoTenant(Slug),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Makes a token and gives it, only this once.
///
/// # Errors
/// See [`CreateApiTokenError`].
pub async fn create(
    actor: &Actor,
    confirmed: &Confirmed,
    new: NewApiToken,
) -> Result<SecretString, CreateApiTokenError> {
    actor.require(Permission::ManageApiTokens)?;
    actor.require_confirmed(confirmed)?;
    if !actor.role.may_give_to_api_token(new.role) {
        return Err(Forbidden.into());
    }
    // A token that is tied to an app makes no token that reaches further.
    if !actor.apps.covers(&new.app.into()) {
        return Err(Forbidden.into());
    }
    let created_by = match &actor.who {
        Who::Person { name, .. } | Who::ApiToken { name, .. } => name.clone(),
    };
    let by = (By::from(&actor.who), actor.address);
    insert(actor.scope(), new, created_by, by).await
}

/// Makes a token and gives it, only this once. There is no permission check:
/// whoever can run the command has the database and the keys anyway.
///
/// # Errors
/// See [`CreateApiTokenError`].
pub async fn create_on_command_line(
    services: &Services,
    slug: &Slug,
    new: NewApiToken,
) -> Result<SecretString, CreateApiTokenError> {
    let scope = scope_of_slug(services, slug)
        .await?
        .ok_or_else(|| CreateApiTokenError::NoTenant(slug.clone()))?;
    let by = (By::CommandLine, None);
    insert(&scope, new, "Command line".to_owned(), by).await
}

async fn insert(
    scope: &TenantScope,
    new: NewApiToken,
    created_by: String,
    (by, address): (By, Option<IpAddr>),
) -> Result<SecretString, CreateApiTokenError> {
    let name = new.name.trim();
    let mut errors = Vec::new();
    if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        errors.push(FieldError::new(
            "name",
            "Give the token a name, with 100 letters at most, such as “Returns backend”.",
        ));
    }
    let expires_at = match new.expires_in {
        Some(span) if !(SHORTEST..=LONGEST).contains(&span) => {
            errors.push(FieldError::new(
                "expires",
                "Let the token work for a day at least and ten years at most.",
            ));
            None
        }
        span => span.map(|span| scope.expiry_now().plus(span)),
    };
    let tx = scope.write().await?;
    if let Some(app) = new.app
        && !is_there(&tx, app).await?
    {
        errors.push(FieldError::new(
            "app",
            "This app is not there any more. Choose another one.",
        ));
    }
    if !errors.is_empty() {
        return Err(CreateApiTokenError::Invalid(errors));
    }
    let (token, prefix) = new_secret(scope);
    let rate = Some(new.rate).filter(|rate| *rate != RequestRate::USUAL);
    let id = scope.new_id();
    let row = api_token::ActiveModel {
        id: Set(id),
        tenant_id: Set(scope.tenant()),
        app_id: Set(new.app),
        name: Set(name.to_owned()),
        role: Set(new.role),
        prefix: Set(prefix),
        token_hash: Set(token_hash(&token)),
        created_by: Set(created_by),
        created_at: Set(scope.now()),
        expires_at: Set(expires_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
        networks: Set((!new.networks.is_everywhere()).then(|| new.networks.to_string())),
        rate_per_second: Set(rate.map(|rate| column(rate.per_second()))),
        rate_burst: Set(rate.map(|rate| column(rate.burst()))),
        rotated_at: Set(None),
        old_prefix: Set(None),
        old_token_hash: Set(None),
        old_works_until: Set(None),
    };
    api_token::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await
        .map_err(InternalError::from)?;
    let entry = Entry::new(by, Action::ApiTokenCreated, Target::api_token(id, name))
        .at(address)
        .detail(detail(&new, expires_at));
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(api_token.id = %id, api_token.role = new.role.code(), "an API token was made");
    Ok(token)
}

/// A new secret, and its first letters.
pub(super) fn new_secret(scope: &TenantScope) -> (SecretString, String) {
    let token = secret_text(&*scope.random, PREFIX);
    let prefix = token.expose_secret().chars().take(SHOWN).collect();
    (token, prefix)
}

/// A number of a rate; its bounds are far below those of the column.
fn column(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The token's rights, for the audit.
fn detail(new: &NewApiToken, expires_at: Option<Timestamp>) -> String {
    let mut detail = format!("role={}", new.role.code());
    if let Some(at) = expires_at {
        detail.push_str(&format!(" expires_at={}", at.rfc3339()));
    }
    if !new.networks.is_everywhere() {
        detail.push_str(&format!(" networks={}", new.networks));
    }
    if new.rate != RequestRate::USUAL {
        let (per_second, burst) = (new.rate.per_second(), new.rate.burst());
        detail.push_str(&format!(" rate={per_second}/s burst={burst}"));
    }
    detail
}

async fn is_there(tx: &Tx, id: AppId) -> Result<bool, InternalError> {
    tx.all::<app::Entity>()
        .filter(app::Column::Id.eq(id))
        .any(&**tx)
        .await
}
