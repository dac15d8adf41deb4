//! Begins an authorization (RFC 6749 4.1.1): its facts are sealed into a
//! cookie, and the browser goes to Gorgias. Nothing is stored before it comes
//! back.

mod facts;

pub(crate) use facts::{Facts, Origin, Requested};

use super::links::{self, LinkGone, OpenError};
use crate::{
    core::{
        digest::digest,
        error::{Forbidden, InternalError},
        rows::Rows,
        services::Services,
    },
    entity::{authorization, reconnect_link},
    host::random::secret_text,
    records::{
        app::{self, App},
        known_apps,
    },
    tenancy::{
        Actor, TenantScope,
        lookup::{self, Key},
    },
    vault::carried::{Carried, derived},
};
use domain::{
    app_limit::AppLimit,
    customer::Language,
    ids::{AppId, AuthorizationId, LinkId, TenantId},
    permission::Permission,
    subdomain::{Subdomain, SubdomainError},
};
use gorgias::{AuthorizeParams, pkce, template::TemplateError};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A new authorization. The browser has to keep the cookie until it comes back.
#[derive(Debug)]
pub struct Begun {
    /// The address at Gorgias that asks for the approval.
    pub url: Url,
    /// What the browser keeps.
    pub cookie: Carried,
}

/// Why an authorization could not be begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// No such app, or the actor may not see it.
    #[error("there is no such app")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The link can't be used.
    #[error(transparent)]
    LinkGone(#[from] LinkGone),
    /// An account can't have this name.
    #[error(transparent)]
    NoAccount(#[from] SubdomainError),
    /// The settings' template and the subdomain give no address at Gorgias.
    #[error(transparent)]
    Address(#[from] TemplateError),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for BeginError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<OpenError> for BeginError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Gone(gone) => gone.into(),
            OpenError::Internal(error) => error.into(),
        }
    }
}

/// Begins an installation from the helpdesk. Anybody may do this any number of
/// times: nothing is written, and the app is usually found in memory.
///
/// # Errors
/// [`BeginError::NotFound`] if there is no such app.
pub async fn begin_install(
    services: &Services,
    app: AppId,
    subdomain: &Subdomain,
) -> Result<Begun, BeginError> {
    let known = known_apps::find(services, app)
        .await?
        .ok_or(BeginError::NotFound)?;
    let (tenant, app) = &*known;
    begin(services, *tenant, app, subdomain, Origin::Install, None).await
}

/// Begins an authorization for a person who is signed in; the same person must complete it.
///
/// # Errors
/// [`BeginError::NotFound`] if the actor sees no such app.
pub async fn begin_as_operator(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
) -> Result<Begun, BeginError> {
    actor.require(Permission::Authorize)?;
    let person = actor.person().ok_or(Forbidden)?;
    let tx = actor.read().await?;
    let app = app::find(&tx, app, &actor.apps)
        .await?
        .ok_or(BeginError::NotFound)?;
    drop(tx);
    let (services, tenant) = (actor.services(), actor.scope().tenant());
    let origin = Origin::Operator(person);
    begin(services, tenant, &app, subdomain, origin, None).await
}

/// Begins an authorization from a reconnect link. The subdomain comes from the
/// link's record; the link stays usable until it is approved. The result is shown in
/// the chosen language, or in that of the link.
///
/// # Errors
/// [`BeginError::LinkGone`] if the link can't be used.
pub async fn begin_with_link(
    services: &Services,
    token: &SecretString,
    language: Option<Language>,
) -> Result<Begun, BeginError> {
    let (scope, link) = links::usable(services, token).await?;
    begin_with(services, &scope, link, language).await
}

/// Begins an authorization again, with the link that an earlier one was begun with.
/// Only the browser that brought the earlier one back may do it.
///
/// # Errors
/// [`BeginError::NotFound`] if there was none, or without a link, or in another browser;
/// [`BeginError::LinkGone`] if the link can't be used any more.
pub async fn begin_again(
    services: &Services,
    app: AppId,
    earlier: AuthorizationId,
    browser: &SecretString,
    language: Option<Language>,
) -> Result<Begun, BeginError> {
    let scope = lookup::scope_of(services, Key::Authorization(earlier)).await?;
    let scope = scope.ok_or(BeginError::NotFound)?;
    let tx = scope.read().await?;
    let earlier = tx
        .all::<authorization::Entity>()
        .filter(authorization::Column::Id.eq(earlier))
        .filter(authorization::Column::AppId.eq(app))
        .filter(authorization::Column::BrowserHash.eq(digest("browser", browser)))
        .row::<authorization::Model>(&*tx)
        .await?
        .ok_or(BeginError::NotFound)?;
    let link = earlier.link_id.ok_or(BeginError::NotFound)?;
    let link = links::usable_by_id(&tx, link, services.expiry_now()).await?;
    drop(tx);
    begin_with(services, &scope, link, language.or(earlier.language)).await
}

async fn begin_with(
    services: &Services,
    scope: &TenantScope,
    link: reconnect_link::Model,
    language: Option<Language>,
) -> Result<Begun, BeginError> {
    let tx = scope.read().await?;
    let app = app::find(&tx, &link.app_id.to_string(), &AppLimit::All)
        .await?
        .ok_or(BeginError::NotFound)?;
    drop(tx);
    if link.started_at.is_none() {
        mark_started(scope, link.id).await?;
    }
    let origin = Origin::Link(link.id);
    let (tenant, language) = (scope.tenant(), language.or(link.language));
    begin(services, tenant, &app, &link.subdomain, origin, language).await
}

/// Writes only once, however often a person presses the button.
async fn mark_started(scope: &TenantScope, link: LinkId) -> Result<(), InternalError> {
    let tx = scope.write().await?;
    tx.update::<reconnect_link::Entity>()
        .filter(reconnect_link::Column::Id.eq(link))
        .filter(reconnect_link::Column::StartedAt.is_null())
        .col_expr(reconnect_link::Column::StartedAt, Expr::value(scope.now()))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

async fn begin(
    services: &Services,
    tenant: TenantId,
    app: &App,
    subdomain: &Subdomain,
    origin: Origin,
    language: Option<Language>,
) -> Result<Begun, BeginError> {
    let subdomain = subdomain.clone().not_reserved()?;
    let state = secret_text(&*services.random, "");
    let facts = Facts {
        tenant,
        app: app.id,
        origin,
        requested: Requested::of(&app.requested),
        language,
        begun_at: services.expiry_now(),
        seed: secret_text(&*services.random, ""),
        subdomain,
    };
    let challenge = app
        .pkce
        .then(|| pkce::challenge(&derived(&facts.seed, "pkce", &state)));
    let url = services.config.gorgias.authorize_url(
        &facts.subdomain,
        &AuthorizeParams {
            client_id: &app.client_id,
            redirect_uri: &services.config.redirect_uri(app.id),
            scope: &app.requested,
            state: state.expose_secret(),
            nonce: derived(&facts.seed, "nonce", &state).expose_secret(),
            pkce_challenge: challenge.as_deref(),
        },
    )?;
    Ok(Begun {
        url,
        cookie: facts.seal(services, &state).await?,
    })
}
