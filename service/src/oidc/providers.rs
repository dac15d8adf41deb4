//! The providers that this process asked, with what it keeps of their answers.

use super::{
    Client, ExchangeError, Issuer, Keys, Metadata, ProviderError, Tokens,
    claims::{Profile, ProfileError, add, lacks},
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
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    known: Mutex<HashMap<String, Arc<Known>>>,
}

/// What is known of a provider. Whoever wants it waits for whoever asks for it.
#[derive(Default)]
struct Known {
    metadata: Turn<Fetched<Metadata>>,
    keys: Turn<Fetched<Keys>>,
    /// Outside of that lock, since whoever only shows it doesn't wait.
    keys_fetched_at: Mutex<Option<Timestamp>>,
}

/// A document of a provider, and when it last could not be had, and why.
struct Fetched<T> {
    kept: Option<(Timestamp, Arc<T>)>,
    failed: Option<(Timestamp, ProviderError)>,
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self {
            kept: None,
            failed: None,
        }
    }
}

impl<T> Fetched<T> {
    /// The error, if it was a moment ago.
    fn failed_lately(&self, now: Timestamp) -> Result<(), ProviderError> {
        match &self.failed {
            Some((at, error)) if is_young(*at, now, PAUSE_AFTER_FAILURE) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Remembers how it ended.
    fn remember(
        &mut self,
        now: Timestamp,
        fetched: Result<T, ProviderError>,
    ) -> Result<Arc<T>, ProviderError> {
        match fetched {
            Ok(document) => {
                let document = Arc::new(document);
                self.kept = Some((now, Arc::clone(&document)));
                self.failed = None;
                Ok(document)
            }
            Err(error) => {
                self.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
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

    fn known(&self, issuer: &Issuer) -> Arc<Known> {
        let mut known = guard(&self.known);
        if known.len() >= MOST && !known.contains_key(issuer.as_str()) {
            known.clear();
        }
        Arc::clone(known.entry(issuer.as_str().to_owned()).or_default())
    }

    /// Forgets a provider, so that it is asked anew.
    pub fn forget(&self, issuer: &Issuer) {
        guard(&self.known).remove(issuer.as_str());
    }

    /// The description of a provider.
    pub async fn metadata(
        &self,
        services: &Services,
        issuer: &Issuer,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let known = self.known(issuer);
        let mut metadata = known.metadata.lock().await;
        let now = services.now();
        if let Some((at, metadata)) = &metadata.kept
            && is_young(*at, now, KEPT_FOR)
        {
            return Ok(Arc::clone(metadata));
        }
        metadata.failed_lately(now)?;
        let found = self.discover(issuer).await;
        metadata.remember(now, found)
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
        let mut kept = known.keys.lock().await;
        let now = services.now();
        if let Some((at, keys)) = &kept.kept {
            if is_young(*at, now, KEPT_FOR) && has(keys) {
                return Ok(Arc::clone(keys));
            }
            if is_young(*at, now, PAUSE) {
                return Err(ProviderError::NoKey);
            }
        }
        kept.failed_lately(now)?;
        let fetched = self.fetch_keys(metadata).await;
        let keys = kept.remember(now, fetched)?;
        *guard(&known.keys_fetched_at) = Some(now);
        if has(&keys) {
            Ok(keys)
        } else {
            Err(ProviderError::NoKey)
        }
    }

    async fn fetch_keys(&self, metadata: &Metadata) -> Result<Keys, ProviderError> {
        let body = self.document("the keys", &metadata.jwks_uri).await?;
        Keys::read(&body).ok_or(unavailable("the keys", Unavailable::NotJson))
    }

    /// When the keys were fetched that this process has.
    pub fn keys_fetched_at(&self, issuer: &Issuer) -> Option<Timestamp> {
        *guard(&self.known(issuer).keys_fetched_at)
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

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_young(at: Timestamp, now: Timestamp, life: Span) -> bool {
    (Span(0)..life).contains(&now.since(at))
}
