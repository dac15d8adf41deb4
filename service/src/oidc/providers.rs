//! The providers that this process asked, with what it keeps of their answers.

use super::{
    Claims, Client, ExchangeError, Issuer, Keys, Metadata, ProviderError, Tokens,
    claims::{Profile, ProfileError, lacks},
    discovery,
    id_token::{self, Expected, IdTokenError, Identity},
    tokens::{self, unavailable},
};
use crate::core::services::{Inner, ProcessState, Services};
use domain::time::{Span, Timestamp};
use gorgias::{Outbound, Unavailable};
use secrecy::SecretString;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Mutex as Turn;

/// How long a description and keys are used. A key that a provider took back is
/// not trusted for longer.
const KEPT_FOR: Span = Span::hours(1);
/// How long a provider isn't asked again after it failed, or after its keys
/// didn't have the one that is wanted. So a flood of sign-ins doesn't reach it.
const PAUSE: Span = Span::minutes(1);
/// A provider that failed is asked again sooner: somebody waits.
const PAUSE_AFTER_FAILURE: Span = Span::seconds(10);
/// Tenants with a provider of their own, in one process.
const MOST: usize = 1_000;

/// See the module.
pub(crate) struct Providers {
    /// Nothing, if TLS can't be set up.
    outbound: Option<Outbound>,
    known: Mutex<HashMap<String, Arc<Turn<Known>>>>,
}

/// What is known of a provider. Whoever wants it waits for whoever asks for it.
#[derive(Default)]
struct Known {
    metadata: Option<(Timestamp, Arc<Metadata>)>,
    keys: Option<(Timestamp, Arc<Keys>)>,
    failed: Option<(Timestamp, ProviderError)>,
}

impl ProcessState for Providers {
    fn begin(process: &Inner) -> Self {
        let outbound = Outbound::new(Arc::clone(&process.clock), process.config.outbound.clone());
        Self {
            outbound: outbound
                .inspect_err(|error| tracing::error!(%error, "TLS can't be set up"))
                .ok(),
            known: Mutex::default(),
        }
    }
}

/// Why a provider's answer to a sign-in is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl From<ProviderError> for AnswerError {
    fn from(error: ProviderError) -> Self {
        Self::Exchange(error.into())
    }
}

/// What a code is exchanged for: the facts that the browser brought back.
pub(crate) struct Brought<'a> {
    pub client: Client<'a>,
    pub code: &'a SecretString,
    pub verifier: &'a SecretString,
    pub nonce: &'a SecretString,
    /// The person must have shown since then that it is them, if that was asked.
    pub shown_since: Option<Timestamp>,
    pub groups_claim: &'a str,
}

impl Providers {
    fn outbound(&self) -> Result<&Outbound, ProviderError> {
        let none = || unavailable("the description", Unavailable::Tls);
        self.outbound.as_ref().ok_or_else(none)
    }

    fn known(&self, issuer: &Issuer) -> Arc<Turn<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(issuer.as_str()) {
            known.clear();
        }
        Arc::clone(known.entry(issuer.as_str().to_owned()).or_default())
    }

    /// Forgets a provider, so that it is asked anew.
    pub fn forget(&self, issuer: &Issuer) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(issuer.as_str());
    }

    /// The description of a provider.
    pub async fn metadata(
        &self,
        services: &Services,
        issuer: &Issuer,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let known = self.known(issuer);
        let mut known = known.lock().await;
        let now = services.now();
        if let Some((at, metadata)) = &known.metadata
            && is_young(*at, now, KEPT_FOR)
        {
            return Ok(Arc::clone(metadata));
        }
        if let Some((at, error)) = &known.failed
            && is_young(*at, now, PAUSE_AFTER_FAILURE)
        {
            return Err(error.clone());
        }
        match self.discover(issuer).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                known.metadata = Some((now, Arc::clone(&metadata)));
                known.failed = None;
                Ok(metadata)
            }
            Err(error) => {
                known.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    async fn discover(&self, issuer: &Issuer) -> Result<Metadata, ProviderError> {
        let body = self
            .document("the description", &issuer.discovery_url())
            .await?;
        discovery::read(issuer, &body)
    }

    async fn document(
        &self,
        what: &'static str,
        url: &url::Url,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, ProviderError> {
        let answer = self.outbound()?.get(url, None).await;
        let answer = answer.map_err(|why| unavailable(what, why))?;
        if answer.status != 200 {
            return Err(unavailable(what, Unavailable::Status(answer.status)));
        }
        Ok(answer.body)
    }

    /// The provider's keys, with the one of this id if there is one. An id that
    /// isn't known has them fetched again, at most once a minute.
    pub async fn keys(
        &self,
        services: &Services,
        issuer: &Issuer,
        metadata: &Metadata,
        has: impl Fn(&Keys) -> bool,
    ) -> Result<Arc<Keys>, ProviderError> {
        let known = self.known(issuer);
        let mut known = known.lock().await;
        let now = services.now();
        if let Some((at, keys)) = &known.keys {
            if is_young(*at, now, KEPT_FOR) && has(keys) {
                return Ok(Arc::clone(keys));
            }
            if is_young(*at, now, PAUSE) {
                return Err(ProviderError::NoKey);
            }
        }
        let body = self.document("the keys", &metadata.jwks_uri).await?;
        let keys = Keys::read(&body).ok_or(unavailable("the keys", Unavailable::NotJson))?;
        let keys = Arc::new(keys);
        known.keys = Some((now, Arc::clone(&keys)));
        if has(&keys) {
            Ok(keys)
        } else {
            Err(ProviderError::NoKey)
        }
    }

    /// When the keys were fetched that this process has.
    pub async fn keys_fetched_at(&self, issuer: &Issuer) -> Option<Timestamp> {
        let known = self.known(issuer);
        let known = known.lock().await;
        known.keys.as_ref().map(|(at, _)| *at)
    }

    /// Exchanges a code, checks the id_token, and gives who it is.
    pub async fn complete(
        &self,
        services: &Services,
        issuer: &Issuer,
        brought: &Brought<'_>,
    ) -> Result<(Identity, Profile), AnswerError> {
        let metadata = self.metadata(services, issuer).await?;
        let outbound = self.outbound()?;
        let Brought {
            client,
            code,
            verifier,
            ..
        } = brought;
        let tokens = tokens::exchange(outbound, &metadata, client, code, verifier).await?;
        let identity = self
            .identity(services, issuer, &metadata, brought, &tokens)
            .await?;
        let mut claims = identity.claims.clone();
        if let Some(access_token) = &tokens.access_token
            && lacks(&claims, brought.groups_claim)
        {
            let subject = &identity.subject;
            let more = tokens::userinfo(outbound, &metadata, access_token, subject).await?;
            add(&mut claims, more);
        }
        let profile = Profile::read(&claims, brought.groups_claim)?;
        Ok((identity, profile))
    }

    async fn identity(
        &self,
        services: &Services,
        issuer: &Issuer,
        metadata: &Metadata,
        brought: &Brought<'_>,
        tokens: &Tokens,
    ) -> Result<Identity, AnswerError> {
        let header = id_token::header(&tokens.id_token)?;
        let has = |keys: &Keys| header.key(keys).is_some();
        let keys = self.keys(services, issuer, metadata, has).await?;
        let expected = Expected {
            issuer: issuer.as_str(),
            client_id: brought.client.id,
            nonce: brought.nonce,
            now: services.now(),
            access_token: tokens.access_token.as_ref(),
            shown_since: brought.shown_since,
        };
        Ok(id_token::verify(
            &tokens.id_token,
            &header,
            &keys,
            &expected,
        )?)
    }
}

/// Adds what is not there yet: the signed claims count first.
fn add(claims: &mut Claims, more: Claims) {
    // Whether an address is verified belongs to that address.
    let own_email = claims.contains_key("email");
    for (name, value) in more {
        let of_email = matches!(name.as_str(), "email_verified" | "xms_edov");
        if !(own_email && of_email) {
            claims.entry(name).or_insert(value);
        }
    }
}

fn is_young(at: Timestamp, now: Timestamp, life: Span) -> bool {
    (Span(0)..life).contains(&now.since(at))
}
