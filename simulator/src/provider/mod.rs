//! Simulates a provider of single sign-on (OpenID Connect Core 1.0) in tests. It
//! really signs, and does every harm that a test asks for.

mod answers;
mod keys;

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};
use url::Url;

use crate::{clock::Clock, jwt::random_text};

/// The client that it knows.
pub const CLIENT_ID: &str = "mooring-at-provider";
/// Its secret.
pub const CLIENT_SECRET: &str = "canary-secret-at-provider";

/// A running provider; it stops when it is dropped.
pub struct Provider {
    state: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    base: String,
    clock: Clock,
    inner: Mutex<Inner>,
}

struct Inner {
    ways: Ways,
    keys: Vec<(String, EncodingKey, Algorithm)>,
    codes: HashMap<String, Given>,
    asked: Vec<String>,
}

#[derive(Clone)]
struct Given {
    redirect_uri: String,
    nonce: String,
    challenge: String,
    asked_again: bool,
}

/// How it behaves; a test may change it at any time.
#[derive(Default, Clone)]
pub struct Ways {
    /// Claims about who signs in, over the usual ones; `null` removes one.
    pub claims: Map<String, Value>,
    /// Members of the description, over the usual ones; `null` removes one.
    pub described: Map<String, Value>,
    /// How id_tokens are signed.
    pub signing: Signing,
    /// Claims of userinfo, over those about who signs in.
    pub userinfo: Map<String, Value>,
    /// The claims that only userinfo has.
    pub only_in_userinfo: Vec<&'static str>,
    /// `iss` in the answer to the browser (RFC 9207).
    pub iss: Option<String>,
    /// A path that fails, and how.
    pub fault: Option<(&'static str, ProviderFault)>,
    /// Whether it takes any code and verifier.
    pub careless: bool,
}

/// How id_tokens are signed.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// By its newest key.
    #[default]
    Proper,
    /// Not at all: `alg` is `none`.
    Unsigned,
    /// By HS256, with the public key as the secret.
    PublicKeyAsSecret,
    /// By HS256, with the client's secret.
    ClientSecret,
    /// By a key that it doesn't publish, under the name of one that it does.
    StrangeKey,
    /// Properly, then one letter is changed.
    Changed,
}

/// A fault of an answer.
#[derive(Clone)]
pub enum ProviderFault {
    /// This status.
    Status(u16),
    /// A redirect there.
    Redirect(String),
    /// More than a megabyte.
    Huge,
    /// No answer.
    Silent,
    /// A page.
    Html,
    /// None before a place in it is free; then the usual answer.
    Waits(Arc<Semaphore>),
}

impl Provider {
    /// Starts one.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn start() -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind(address).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(Shared {
            base,
            clock: Clock::default(),
            inner: Mutex::new(Inner {
                ways: Ways::default(),
                keys: Vec::new(),
                codes: HashMap::new(),
                asked: Vec::new(),
            }),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(answers::describe))
            .route("/keys", get(answers::keys))
            .route("/token", post(answers::token))
            .route("/userinfo", get(answers::userinfo))
            .with_state(Arc::clone(&state));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let provider = Self { state, task };
        provider.rotate(Algorithm::ES256);
        Ok(provider)
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.state.base
    }

    /// Its behaviour.
    pub fn change(&self, change: impl FnOnce(&mut Ways)) {
        change(&mut self.state.inner().ways);
    }

    /// Who signs in from now on.
    pub fn is(&self, sub: &str, email: &str, groups: &[&str]) {
        let claims = [
            ("sub", json!(sub)),
            ("email", json!(email)),
            ("email_verified", json!(true)),
            ("name", json!(format!("Name of {sub}"))),
            ("groups", json!(groups)),
        ];
        let claims = claims.map(|(name, value)| (name.to_owned(), value));
        self.change(|ways| ways.claims = claims.into_iter().collect());
    }

    /// Lets time pass.
    pub fn advance(&self, span: Duration) {
        self.state.clock.advance(span);
    }

    /// Replaces its keys by a new one.
    pub fn rotate(&self, algorithm: Algorithm) {
        let key = keys::new(algorithm);
        let mut inner = self.state.inner();
        inner.keys = vec![(random_text(), key, algorithm)];
    }

    /// How often a path was asked.
    pub fn asked(&self, path: &str) -> usize {
        let inner = self.state.inner();
        inner.asked.iter().filter(|one| *one == path).count()
    }

    /// What the browser of somebody who signs in there brings back: the callback's
    /// address with a code, for the address that Mooring sent it to.
    ///
    /// # Panics
    /// If that address is not what this provider wants.
    #[expect(clippy::expect_used, reason = "only tests come here")]
    pub fn sign_in(&self, authorize: &str) -> String {
        let url = Url::parse(authorize).expect("an address");
        assert_eq!(
            format!("{}{}", origin(&url), url.path()),
            format!("{}/auth", self.issuer())
        );
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        let value = |name: &str| query.get(name).cloned().unwrap_or_default();
        assert_eq!(value("response_type"), "code");
        assert_eq!(value("client_id"), CLIENT_ID);
        assert_eq!(value("code_challenge_method"), "S256");
        assert!(value("scope").split(' ').any(|scope| scope == "openid"));
        let code = random_text();
        let given = Given {
            redirect_uri: value("redirect_uri"),
            nonce: value("nonce"),
            challenge: value("code_challenge"),
            asked_again: value("prompt") == "login" && value("max_age") == "0",
        };
        let mut back = Url::parse(&given.redirect_uri).expect("a redirect URI");
        let mut inner = self.state.inner();
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &value("state"));
        if let Some(iss) = &inner.ways.iss {
            back.query_pairs_mut().append_pair("iss", iss);
        }
        inner.codes.insert(code, given);
        back.into()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the request; the fault that answers it, if one does.
    async fn met(&self, path: &str) -> Option<Response> {
        let fault = {
            let mut inner = self.inner();
            inner.asked.push(path.to_owned());
            inner.ways.fault.clone().filter(|(at, _)| *at == path)
        };
        let (_, fault) = fault?;
        Some(match fault {
            ProviderFault::Status(status) => StatusCode::from_u16(status)
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
                .into_response(),
            ProviderFault::Redirect(to) => (StatusCode::FOUND, [(LOCATION, to)]).into_response(),
            ProviderFault::Huge => vec![b' '; 2_000_000].into_response(),
            ProviderFault::Html => "<html></html>".into_response(),
            ProviderFault::Silent => {
                std::future::pending::<()>().await;
                return None;
            }
            ProviderFault::Waits(gate) => {
                if let Ok(place) = gate.acquire().await {
                    place.forget();
                }
                return None;
            }
        })
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
