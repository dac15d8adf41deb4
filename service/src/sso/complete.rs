//! Completes a sign-in at a tenant's provider: its facts come from the browser's
//! cookie, the state is used up, the code is exchanged, the id_token checked.

use super::{
    begin::{issuer, nonce, verifier},
    facts::{Facts, Purpose},
    links, person, places,
    refusal::Refusal,
    settings, single_use,
};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, services::Services},
    oidc::{Brought, Client, Providers},
    people::{SignedIn, members},
    tenancy::{TenantScope, lookup::scope_of_slug},
};
use domain::{ids::TenantId, slug::Slug, time::Timestamp};
use secrecy::SecretString;
use std::net::IpAddr;

/// What the browser brings back.
pub struct Answer {
    /// The state.
    pub state: SecretString,
    /// The code, or the code of an error.
    pub code: Result<SecretString, String>,
    /// The issuer, if the answer names it (RFC 9207).
    pub issuer: Option<String>,
    /// The cookie of this state.
    pub cookie: Option<SecretString>,
    /// Where the browser is, as far as it is known.
    pub address: Option<IpAddr>,
    /// Who is signed in with it, if anybody.
    pub signed_in: Option<SignedIn>,
}

/// How a sign-in ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Somebody came in.
    SignedIn {
        /// Who, and into which tenant.
        signed_in: SignedIn,
        /// When they last showed the provider that it is them, if it says so.
        shown_at: Option<Timestamp>,
        /// The page that was wanted; empty for none.
        next: String,
        /// The settings that let them in, for [`still_holds`].
        settings: SettingsOf,
    },
    /// Whom it brought showed that it is still them.
    Confirmed {
        /// The page that was wanted; empty for none.
        next: String,
    },
    /// The person who is signed in linked the identity to themselves.
    Linked,
}

/// What somebody wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// To sign in.
    SignIn,
    /// To link the identity to themselves.
    Link,
    /// To show that it is still them.
    Confirm,
}

impl From<Purpose> for Wanted {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::SignIn => Self::SignIn,
            Purpose::Link(_) => Self::Link,
            Purpose::Confirm(_) => Self::Confirm,
        }
    }
}

/// It didn't end well.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct CompleteError {
    /// Why.
    pub why: Refusal,
    /// What somebody wanted.
    pub wanted: Wanted,
}

/// Completes it.
///
/// # Errors
/// [`CompleteError`]; nobody is signed in then, and nothing is linked.
pub async fn complete(
    services: &Services,
    slug: &Slug,
    answer: Answer,
) -> Result<Ended, CompleteError> {
    let begun = find(services, slug, &answer).await;
    let (scope, facts) = begun.map_err(|why| CompleteError {
        why,
        wanted: Wanted::SignIn,
    })?;
    let ended = run(&scope, slug, &facts, &answer).await;
    if let Err(why) = &ended {
        tracing::info!(tenant.slug = %slug, %why, "a single sign-on failed");
        if let Err(error) = note(&scope, why, answer.address).await {
            tracing::error!(%error, "An entry of the audit could not be written");
        }
    }
    ended.map_err(|why| CompleteError {
        why,
        wanted: facts.purpose.into(),
    })
}

/// The tenant, and the facts that were sealed for it, this state and this browser.
async fn find(
    services: &Services,
    slug: &Slug,
    answer: &Answer,
) -> Result<(TenantScope, Facts), Refusal> {
    let scope = scope_of_slug(services, slug).await?;
    let (Some(scope), Some(cookie)) = (scope, &answer.cookie) else {
        return Err(Refusal::StateUnknown);
    };
    let facts = Facts::open(services, scope.tenant(), &answer.state, cookie).await?;
    Ok((scope, facts.ok_or(Refusal::StateUnknown)?))
}

async fn run(
    scope: &TenantScope,
    slug: &Slug,
    facts: &Facts,
    answer: &Answer,
) -> Result<Ended, Refusal> {
    let services = scope.services();
    let must_be = match facts.purpose {
        Purpose::SignIn => None,
        Purpose::Link(person) => Some(SignedIn::own_way(person)),
        Purpose::Confirm(person) => Some(SignedIn::by_tenant(person, facts.tenant)),
    };
    if must_be.is_some() && answer.signed_in != must_be {
        return Err(Refusal::OtherPerson);
    }
    let tx = scope.read().await?;
    let row = settings::row(&tx).await?;
    let row = row.filter(|row| row.changed_at == facts.settings);
    let row = row.ok_or(Refusal::Changed)?;
    let secret = settings::client_secret(scope, &tx).await?;
    drop(tx);
    let issuer = issuer(scope, &row).map_err(Refusal::Provider)?;
    let providers = services.state::<Providers>();
    let metadata = providers.metadata(services, &issuer).await;
    let metadata = metadata.map_err(Refusal::Provider)?;
    // RFC 9207 2.4: before anything else of the answer is used.
    match &answer.issuer {
        Some(named) if named != issuer.as_str() => return Err(Refusal::WrongIssuer),
        None if metadata.names_issuer => return Err(Refusal::WrongIssuer),
        _ => (),
    }
    let code = answer.code.as_ref().map_err(|_| Refusal::AtProvider)?;
    // Before the state is used up, so that a reload finds it. Only what is exchanged
    // uses one up: anybody can make up answers without a code.
    let _place = places::take(services, scope.tenant(), answer.address)?;
    single_use::take(services, &answer.state).await?;
    let redirect_uri = services.config.sso_redirect_uri(slug);
    let brought = Brought {
        client: Client {
            id: &row.client_id,
            secret: &secret,
            redirect_uri: &redirect_uri,
        },
        code,
        verifier: &verifier(facts, &answer.state),
        nonce: &nonce(facts, &answer.state),
        shown_since: matches!(facts.purpose, Purpose::Confirm(_)).then_some(facts.begun_at),
        groups_claim: &row.groups_claim,
    };
    let (identity, profile) = providers.complete(services, &issuer, &brought).await?;
    match facts.purpose {
        Purpose::SignIn => {
            let subject = &identity.subject;
            let person = person::sign_in(scope, &row, subject, &profile, answer.address).await?;
            Ok(Ended::SignedIn {
                signed_in: SignedIn::by_tenant(person, scope.tenant()),
                shown_at: identity.shown_at,
                next: facts.next.clone(),
                settings: SettingsOf(scope.tenant(), row.changed_at),
            })
        }
        Purpose::Confirm(person) => {
            let subject = &identity.subject;
            person::confirm(scope, &row, subject, person, answer.address).await?;
            Ok(Ended::Confirmed {
                next: facts.next.clone(),
            })
        }
        Purpose::Link(person) => {
            links::link(scope, &row, &identity.subject, person, answer.address).await?;
            Ok(Ended::Linked)
        }
    }
}

/// The settings of a tenant as they were at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingsOf(TenantId, Timestamp);

/// Whether settings are still the same. Asked once a session is stored: switching
/// single sign-on off ends the sessions that it finds, and not one that is stored
/// a moment later.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub async fn still_holds(
    services: &Services,
    SettingsOf(tenant, changed_at): SettingsOf,
) -> Result<bool, InternalError> {
    let tx = TenantScope::new(services, tenant).write().await?;
    // Waits for a change that has looked for sessions already, and is not done yet.
    members::lock(&tx).await?;
    let row = settings::row(&tx).await?;
    Ok(row.is_some_and(|row| row.changed_at == changed_at))
}

/// Records a failure, each kind once an hour, so that nobody can fill the audit.
async fn note(
    scope: &TenantScope,
    why: &Refusal,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    let Some(code) = why.code() else {
        return Ok(());
    };
    let hour = scope.now().0 / domain::time::Span::hours(1).0;
    let entry = Entry::new(By::Somebody, Action::SignedIn, Target::tenant())
        .refused()
        .at(address)
        .detail(format!("sso {code}"))
        .once(format!("sso {code} {hour}"));
    let tx = scope.write().await?;
    audit::record(scope, &tx, &entry).await?;
    tx.commit().await
}
