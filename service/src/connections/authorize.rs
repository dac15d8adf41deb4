//! Starting an authorization (RFC 6749 4.1.1): a state is stored, the browser goes to Gorgias.

use super::links::{self, LinkGone};
use crate::{
    actor::Actor,
    apps::{self, App},
    digest::digest,
    entity::{authorization, reconnect_link},
    error::{Fault, Forbidden},
    gorgias::{AuthorizeParams, pkce, template::TemplateError},
    random::secret_text,
    services::Services,
    tenant_scope::Tx,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::{AppId, LinkId, PersonId},
    permission::Permission,
    subdomain::Subdomain,
    time::Span,
};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

/// How long a person may take to approve.
pub const STATE_LIFE: Span = Span::minutes(10);

/// How many authorizations of one origin an app may have under way; the oldest
/// make room, so that a flood never blocks a customer.
const BUDGET: u64 = 1_000;

/// Where an authorization was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// “Connect app” in the helpdesk; nobody is known.
    Install,
    /// “Authorize now”, by somebody signed in.
    Operator(PersonId),
    /// A reconnect link.
    Link(LinkId),
}

impl Origin {
    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Operator(_) => "operator",
            Self::Link(_) => "link",
        }
    }
}

/// Why an authorization could not be begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// No such app, or not the actor's.
    #[error("there is no such app")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The link can't be used.
    #[error(transparent)]
    LinkGone(#[from] LinkGone),
    /// The settings' template and the subdomain give no address at Gorgias.
    #[error(transparent)]
    Address(#[from] TemplateError),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for BeginError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Begins an installation from the helpdesk. `browser` is the secret of the
/// browser's cookie, to which the state is bound.
///
/// # Errors
/// [`BeginError::NotFound`] if there is no such app.
pub async fn begin_install(
    services: &Services,
    app: AppId,
    subdomain: &Subdomain,
    browser: &SecretString,
) -> Result<Url, BeginError> {
    let (scope, app) = apps::find_anywhere(services, app)
        .await?
        .ok_or(BeginError::NotFound)?;
    let tx = scope.write().await?;
    begin(services, tx, &app, subdomain, Origin::Install, browser).await
}

/// Begins an authorization for somebody signed in, who must bring it back.
///
/// # Errors
/// [`BeginError::NotFound`] if the actor sees no such app.
pub async fn begin_as_operator(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    browser: &SecretString,
) -> Result<Url, BeginError> {
    actor.require(Permission::Authorize)?;
    let person = actor.person().ok_or(Forbidden)?;
    let tx = actor.write().await?;
    let app = apps::find(&tx, app, actor.only_app)
        .await?
        .ok_or(BeginError::NotFound)?;
    begin(
        actor.services(),
        tx,
        &app,
        subdomain,
        Origin::Operator(person),
        browser,
    )
    .await
}

/// Begins an authorization from a reconnect link. The subdomain comes from the
/// link's record; the link stays usable until it is approved.
///
/// # Errors
/// [`BeginError::LinkGone`] if the link can't be used.
pub async fn begin_with_link(
    services: &Services,
    token: &SecretString,
    browser: &SecretString,
) -> Result<Url, BeginError> {
    let found = links::usable(services, token).await?;
    let (scope, link) = match found {
        Ok(found) => found,
        Err(gone) => return Err(gone.into()),
    };
    let subdomain = link
        .subdomain
        .parse()
        .map_err(|_| Fault::inconsistent("reconnect_links", "subdomain", link.id))?;
    let tx = scope.write().await?;
    let app = apps::find(&tx, &link.app_id.to_string(), None)
        .await?
        .ok_or(BeginError::NotFound)?;
    tx.update::<reconnect_link::Entity>()
        .filter(reconnect_link::Column::Id.eq(link.id))
        .col_expr(
            reconnect_link::Column::StartedAt,
            Expr::value(services.now().0),
        )
        .exec(&*tx)
        .await?;
    begin(
        services,
        tx,
        &app,
        &subdomain,
        Origin::Link(LinkId(link.id)),
        browser,
    )
    .await
}

async fn begin(
    services: &Services,
    tx: Tx,
    app: &App,
    subdomain: &Subdomain,
    origin: Origin,
    browser: &SecretString,
) -> Result<Url, BeginError> {
    let now = services.now();
    let state = secret_text(&*services.random, "");
    let row = authorization::ActiveModel {
        id: Set(services.new_id()),
        tenant_id: Set(tx.tenant().0),
        app_id: Set(app.id.0),
        subdomain: Set(subdomain.to_string()),
        state_hash: Set(digest("state", &state)),
        browser_hash: Set(digest("browser", browser)),
        origin: Set(origin.code().to_owned()),
        person_id: Set(match origin {
            Origin::Operator(person) => Some(person.0),
            _ => None,
        }),
        link_id: Set(match origin {
            Origin::Link(link) => Some(link.0),
            _ => None,
        }),
        requested_scopes: Set(app.requested.to_string()),
        created_at: Set(now.0),
        expires_at: Set(now.plus(STATE_LIFE).0),
        consumed_at: Set(None),
        outcome: Set(None),
    };
    authorization::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await?;
    make_room(&tx, app.id, origin).await?;
    tx.commit().await?;
    let challenge = app
        .pkce
        .then(|| pkce::challenge(&derived(browser, "pkce", &state)));
    Ok(services.config.gorgias.authorize_url(
        subdomain,
        &AuthorizeParams {
            client_id: &app.client_id,
            redirect_uri: &services.config.redirect_uri(app.id),
            scope: &app.requested,
            state: state.expose_secret(),
            nonce: derived(browser, "nonce", &state).expose_secret(),
            pkce_challenge: challenge.as_deref(),
        },
    )?)
}

async fn make_room(tx: &Tx, app: AppId, origin: Origin) -> Result<(), Fault> {
    let pending = || {
        tx.all::<authorization::Entity>()
            .filter(authorization::Column::AppId.eq(app.0))
            .filter(authorization::Column::Origin.eq(origin.code()))
            .order_by_desc(authorization::Column::CreatedAt)
            .select_only()
            .column(authorization::Column::Id)
    };
    let too_old = pending().offset(BUDGET).limit(100).into_query();
    tx.delete::<authorization::Entity>()
        .filter(authorization::Column::Id.in_subquery(too_old))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A value that only the browser which holds the cookie and the state can have
/// caused: the nonce (OIDC Core 15.5.2) and the PKCE verifier (RFC 7636 4.1,
/// 43 letters). Deriving them leaves nothing to store, seal and sweep.
pub(crate) fn derived(browser: &SecretString, purpose: &str, state: &SecretString) -> SecretString {
    // HMAC takes keys of any length, so this can't fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(browser.expose_secret().as_bytes()) else {
        return SecretString::from(String::new());
    };
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(state.expose_secret().as_bytes());
    SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_values_differ_by_browser_purpose_and_state() {
        let s = |text: &str| SecretString::from(text);
        let one = derived(&s("b1"), "nonce", &s("s1"));
        assert_eq!(one.expose_secret().len(), 43);
        for other in [
            derived(&s("b2"), "nonce", &s("s1")),
            derived(&s("b1"), "pkce", &s("s1")),
            derived(&s("b1"), "nonce", &s("s2")),
        ] {
            assert_ne!(one.expose_secret(), other.expose_secret());
        }
    }
}
