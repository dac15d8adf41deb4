//! Asks a transit engine over HTTP.

use super::{TokenSource, TransitConfig, TransitConfigError, answer::refusal};
use crate::{encryption::key_service::Trouble, host::clock::Clock};
use bytes::Bytes;
use domain::time::{Span, Timestamp};
use reqwest::{
    Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue},
    redirect,
};
use serde::Serialize;
use std::{
    error::Error,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use url::Url;
use zeroize::Zeroizing;

/// How long the service isn't asked again after a failure. Otherwise all
/// callers that need a key would wait for the time limit, one after the other.
const REST: Span = Span::seconds(5);

/// The limits of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start of a request to the last byte of its answer.
    pub time: Duration,
    /// Bytes of a body, after decompression.
    pub body: usize,
}

impl Default for Limits {
    /// 5 s and 64 KiB.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(5),
            body: 64 * 1024,
        }
    }
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// The service doesn't open it.
    NotOpened,
    /// The service has a problem.
    Trouble(Trouble),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// The body of a successful answer.
pub(super) type Answer = Zeroizing<Vec<u8>>;

/// A transit engine is often in a private network, and the operator of Mooring
/// names it. So the address guard for Gorgias' accounts doesn't apply here. It
/// uses no proxy but the one in the settings, no redirects and no retries.
pub(super) struct Client {
    encrypt: Url,
    decrypt: Url,
    token: TokenSource,
    namespace: Option<HeaderValue>,
    http: reqwest::Client,
    limits: Limits,
    clock: Arc<dyn Clock>,
    /// The last failure, and when it happened.
    failed: Mutex<Option<(Timestamp, Trouble)>>,
}

impl Client {
    pub fn new(
        config: TransitConfig,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Result<Self, TransitConfigError> {
        let http = match &config.egress {
            None => reqwest::Client::builder().no_proxy(),
            Some(egress) => {
                let proxy = egress.proxy().map_err(|_| TransitConfigError::BadUrl)?;
                reqwest::Client::builder().proxy(proxy)
            }
        };
        let mut http = http
            .user_agent(concat!("mooring/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(limits.time)
            .pool_idle_timeout(Duration::from_secs(15));
        if let Some(pem) = &config.ca {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .ok()
                .filter(|found| !found.is_empty())
                .ok_or(TransitConfigError::BadCa)?;
            http = http.tls_certs_only(certificates);
        }
        Ok(Self {
            encrypt: config.address("encrypt"),
            decrypt: config.address("decrypt"),
            namespace: config.namespace_header()?,
            token: config.token,
            http: http.build().map_err(|_| TransitConfigError::BadCa)?,
            limits,
            clock,
            failed: Mutex::default(),
        })
    }

    /// Encrypts; fails at once if the service failed a moment ago.
    pub async fn encrypt(&self, body: &impl Serialize) -> Result<Answer, Failed> {
        self.rested()?;
        self.encrypt_now(body).await
    }

    pub async fn encrypt_now(&self, body: &impl Serialize) -> Result<Answer, Failed> {
        self.ask(&self.encrypt, body).await
    }

    /// Decrypts; fails at once if the service failed a moment ago.
    pub async fn decrypt(&self, body: &impl Serialize) -> Result<Answer, Failed> {
        self.rested()?;
        self.decrypt_now(body).await
    }

    pub async fn decrypt_now(&self, body: &impl Serialize) -> Result<Answer, Failed> {
        self.ask(&self.decrypt, body).await
    }

    fn rested(&self) -> Result<(), Failed> {
        let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            Some((at, trouble)) if self.clock.now() < at.plus(REST) => Err(trouble.into()),
            _ => Ok(()),
        }
    }

    async fn ask(&self, url: &Url, body: &impl Serialize) -> Result<Answer, Failed> {
        let limit = self.limits.time;
        let answer = tokio::time::timeout(limit, self.send(url, body)).await;
        let answer = answer.unwrap_or_else(|_| Err(Trouble::Timeout(limit.as_secs()).into()));
        let failed = match &answer {
            Err(Failed::Trouble(trouble)) if trouble.passes() => Some((self.clock.now(), *trouble)),
            _ => None,
        };
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        answer
    }

    async fn send(&self, url: &Url, body: &impl Serialize) -> Result<Answer, Failed> {
        // Large enough, so that growing leaves no copy of the key behind.
        let mut json = Zeroizing::new(Vec::with_capacity(4 * 1024));
        serde_json::to_writer(&mut *json, body).map_err(|_| Trouble::Nonsense)?;
        let mut request = self
            .http
            .post(url.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(HeaderName::from_static("x-vault-request"), "true")
            .header(
                HeaderName::from_static("x-vault-token"),
                self.token.header().await?,
            )
            .body(Bytes::from_owner(json));
        if let Some(namespace) = &self.namespace {
            request = request.header(HeaderName::from_static("x-vault-namespace"), namespace);
        }
        let mut response = request.send().await.map_err(|e| self.why(&e))?;
        let body = self.read(&mut response).await?;
        if response.status().is_success() {
            Ok(body)
        } else {
            Err(refusal(response.status(), &body))
        }
    }

    async fn read(&self, response: &mut Response) -> Result<Answer, Failed> {
        // Never grows, so that no copy of a key stays behind in freed memory.
        let mut body = Zeroizing::new(Vec::with_capacity(self.limits.body));
        while let Some(piece) = response.chunk().await.map_err(|e| self.why(&e))? {
            if body.len() + piece.len() > self.limits.body {
                return Err(Trouble::Nonsense.into());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// Sorts a failure by its causes; the texts of reqwest and hyper aren't kept.
    fn why(&self, error: &reqwest::Error) -> Failed {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(e) = cause {
            let io = e.downcast_ref::<io::Error>();
            // rustls reports all its errors this way.
            if io.is_some_and(|io| io.kind() == io::ErrorKind::InvalidData) && error.is_connect() {
                return Trouble::Tls.into();
            }
            cause = match io.and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => e.source(),
            };
        }
        if error.is_timeout() {
            return Trouble::Timeout(self.limits.time.as_secs()).into();
        }
        Trouble::Unreachable.into()
    }
}
