//! Begins a sign-in at a tenant's provider (OpenID Connect Core 1.0, 3.1.2).
//! Nothing is stored before it comes back.

use super::{
    facts::{Facts, Purpose},
    settings,
};
use crate::{
    core::{error::InternalError, services::Services},
    entity::sso_settings,
    host::random::secret_text,
    oidc::{Issuer, ProviderError, Providers},
    people::{SignedIn, membership},
    tenancy::{Confirmed, TenantScope, lookup::scope_of_slug},
    vault::carried::{Carried, derived},
};
use domain::slug::Slug;
use gorgias::pkce;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A sign-in that was begun.
#[derive(Debug)]
pub struct Begun {
    /// The address at the provider.
    pub url: Url,
    /// What the browser keeps.
    pub cookie: Carried,
}

/// Why none was begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// No such tenant, or one without single sign-on; nobody can tell the two apart.
    #[error("there is no single sign-on under this name; check it, or use another way")]
    None,
    /// The provider can't be used.
    #[error("single sign-on doesn’t answer: {0}. The other ways work")]
    Provider(#[from] ProviderError),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// The longest way back that the cookie carries.
const LONGEST_NEXT: usize = 500;

/// Begins a sign-in. Anybody may.
///
/// # Errors
/// [`BeginError`].
pub async fn begin(services: &Services, slug: &Slug, next: &str) -> Result<Begun, BeginError> {
    let scope = scope_of_slug(services, slug).await?;
    let scope = scope.ok_or(BeginError::None)?;
    to_provider(&scope, slug, Purpose::SignIn, next).await
}

/// Begins to link the identity to a member who is signed in.
///
/// # Errors
/// [`BeginError::None`] also if they are no member, not signed in in their own way,
/// or somebody else confirmed.
pub async fn begin_link(
    services: &Services,
    signed_in: SignedIn,
    confirmed: &Confirmed,
    slug: &Slug,
) -> Result<Begun, BeginError> {
    let scope = scope_of_slug(services, slug).await?;
    let scope = scope.ok_or(BeginError::None)?;
    let person = signed_in.person();
    let member = membership::of(services, scope.tenant(), person).await?;
    // It is another way in, so it takes what changes one.
    let themselves = signed_in.is_own_way() && confirmed.is_of(person);
    if member.is_none() || !themselves {
        return Err(BeginError::None);
    }
    to_provider(&scope, slug, Purpose::Link(person), "").await
}

/// Begins to ask somebody whom single sign-on brought whether it is still them.
///
/// # Errors
/// [`BeginError::None`] also if it didn't bring them.
pub async fn begin_confirm(
    services: &Services,
    signed_in: SignedIn,
    slug: &Slug,
    next: &str,
) -> Result<Begun, BeginError> {
    let scope = scope_of_slug(services, slug).await?;
    let scope = scope.filter(|scope| signed_in.tenant() == Some(scope.tenant()));
    let scope = scope.ok_or(BeginError::None)?;
    let purpose = Purpose::Confirm(signed_in.person());
    to_provider(&scope, slug, purpose, next).await
}

async fn to_provider(
    scope: &TenantScope,
    slug: &Slug,
    purpose: Purpose,
    next: &str,
) -> Result<Begun, BeginError> {
    let services = scope.services();
    let tx = scope.read().await?;
    let row = settings::row(&tx).await?.ok_or(BeginError::None)?;
    drop(tx);
    let issuer = issuer(scope, &row)?;
    let providers = services.state::<Providers>();
    let metadata = providers.metadata(services, &issuer).await?;
    let mut url = metadata.authorization_endpoint.clone();
    if url.scheme() != "https" && !services.config.outbound.allows_plain(&url) {
        return Err(ProviderError::Unfit("its sign-in page is not reached by https").into());
    }
    let state = secret_text(&*services.random, "");
    let facts = Facts {
        tenant: scope.tenant(),
        purpose,
        begun_at: services.expiry_now(),
        settings: row.changed_at,
        next: Some(next)
            .filter(|next| next.len() <= LONGEST_NEXT)
            .unwrap_or_default()
            .to_owned(),
        seed: secret_text(&*services.random, ""),
    };
    let scopes = if metadata.groups_scope {
        "openid email profile groups"
    } else {
        "openid email profile"
    };
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &row.client_id)
        .append_pair("redirect_uri", &services.config.sso_redirect_uri(slug))
        .append_pair("scope", scopes)
        .append_pair("state", state.expose_secret())
        .append_pair("nonce", nonce(&facts, &state).expose_secret())
        .append_pair(
            "code_challenge",
            &pkce::challenge(&verifier(&facts, &state)),
        )
        .append_pair("code_challenge_method", "S256");
    if matches!(purpose, Purpose::Confirm(_)) {
        // Core 3.1.2.1: the provider asks again, and says when it did.
        url.query_pairs_mut()
            .append_pair("prompt", "login")
            .append_pair("max_age", "0");
    }
    Ok(Begun {
        url,
        cookie: facts.seal(services, &state).await?,
    })
}

/// The issuer of the settings, as long as this installation lets it be asked.
pub(super) fn issuer(
    scope: &TenantScope,
    row: &sso_settings::Model,
) -> Result<Issuer, ProviderError> {
    Issuer::parse(&row.issuer, &scope.config.outbound)
        .map_err(|_| ProviderError::Unfit("this installation doesn’t let its issuer be asked"))
}

pub(super) fn nonce(facts: &Facts, state: &SecretString) -> SecretString {
    derived(&facts.seed, "nonce", state)
}

pub(super) fn verifier(facts: &Facts, state: &SecretString) -> SecretString {
    derived(&facts.seed, "pkce", state)
}
