//! Simulates a provider of single sign-on (OpenID Connect Core 1.0) in tests. It
//! really signs, and does every harm that a test asks for.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha512};
use tokio::{net::TcpListener, task::JoinHandle};
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
#[derive(Clone, PartialEq, Eq)]
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
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
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
        let key = new_key(algorithm);
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
    #[allow(clippy::expect_used, reason = "only tests come here")]
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
        })
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[allow(clippy::expect_used, reason = "only tests come here")]
fn new_key(algorithm: Algorithm) -> EncodingKey {
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rand::SystemRandom,
        rsa::KeySize,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
    };
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::ES256 => {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
            EncodingKey::from_ec_der(made.expect("a key").as_ref())
        }
        Algorithm::EdDSA => {
            let made = Ed25519KeyPair::generate_pkcs8v1(&random);
            EncodingKey::from_ed_der(made.expect("a key").as_ref())
        }
        _ => {
            let made = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
            let der: Pkcs8V1Der<'_> = made.as_der().expect("its form");
            EncodingKey::from_rsa_der(pkcs1(der.as_ref()))
        }
    }
}

/// The RSA key within PKCS #8 (RFC 5958): what follows the header of the last octet string.
fn pkcs1(pkcs8: &[u8]) -> &[u8] {
    // version and algorithm of rsaEncryption take 22 bytes after the outer header.
    pkcs8.get(26..).unwrap_or_default()
}

fn over(usual: Value, change: &Map<String, Value>) -> Map<String, Value> {
    let mut all = match usual {
        Value::Object(all) => all,
        _ => Map::new(),
    };
    for (name, value) in change {
        match value {
            Value::Null => all.remove(name),
            value => all.insert(name.clone(), value.clone()),
        };
    }
    all
}

async fn describe(State(state): State<Arc<Shared>>, uri: Uri) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let base = &state.base;
    let usual = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/auth"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        "code_challenge_methods_supported": ["S256"],
    });
    Json(over(usual, &state.inner().ways.described)).into_response()
}

fn public(name: &str, key: &EncodingKey, algorithm: Algorithm) -> Option<Jwk> {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).ok()?;
    jwk.common.key_id = Some(name.to_owned());
    Some(jwk)
}

async fn keys(State(state): State<Arc<Shared>>, uri: Uri) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let inner = state.inner();
    let keys = inner.keys.iter();
    let keys: Vec<_> = keys
        .filter_map(|(name, key, alg)| public(name, key, *alg))
        .collect();
    // One that nobody here can use, as real providers have.
    let mut keys: Vec<_> = keys.into_iter().map(|key| json!(key)).collect();
    keys.push(json!({"kty": "oct", "k": "AAAA", "kid": "shared"}));
    keys.push(json!({"kty": "new-kind", "kid": "later"}));
    Json(json!({ "keys": keys })).into_response()
}

fn refused(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}

async fn token(
    State(state): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let value = |name: &str| form.get(name).cloned().unwrap_or_default();
    let basic = BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let header = headers
        .get("authorization")
        .and_then(|header| header.to_str().ok());
    let known = header == Some(&format!("Basic {basic}"))
        || (value("client_id") == CLIENT_ID && value("client_secret") == CLIENT_SECRET);
    if !known {
        return refused("invalid_client");
    }
    let mut inner = state.inner();
    let Some(given) = inner.codes.remove(&value("code")) else {
        return refused("invalid_grant");
    };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
    let fits = challenge == given.challenge && value("redirect_uri") == given.redirect_uri;
    if !fits && !inner.ways.careless {
        return refused("invalid_grant");
    }
    let access_token = format!("canary-at-provider-{}", random_text());
    let now = state.clock.now();
    // Core 3.1.3.6: by the hash of the signature, which for Ed25519 is SHA-512.
    let hash = match inner.keys.last() {
        Some((_, _, Algorithm::EdDSA)) => Sha512::digest(&access_token).to_vec(),
        _ => Sha256::digest(&access_token).to_vec(),
    };
    let (half, _) = hash.split_at(hash.len() / 2);
    let mut usual = json!({
        "iss": state.base,
        "aud": CLIENT_ID,
        "exp": now + 300,
        "iat": now,
        "nonce": given.nonce,
        "at_hash": BASE64_URL_SAFE_NO_PAD.encode(half),
    });
    if given.asked_again {
        usual["auth_time"] = json!(now);
    }
    let mut claims = over(usual, &inner.ways.claims);
    claims.retain(|name, _| !inner.ways.only_in_userinfo.contains(&name.as_str()));
    let Some(id_token) = sign(&inner, &claims) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": 300,
        "id_token": id_token,
    });
    Json(answer).into_response()
}

fn sign(inner: &Inner, claims: &Map<String, Value>) -> Option<String> {
    let (name, key, algorithm) = inner.keys.last()?;
    let named = |algorithm| Header {
        kid: Some(name.clone()),
        ..Header::new(algorithm)
    };
    let by = |header: &Header, key: &EncodingKey| jsonwebtoken::encode(header, claims, key).ok();
    match inner.ways.signing {
        Signing::Proper => by(&named(*algorithm), key),
        Signing::Unsigned => {
            let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            let header = part(json!({"alg": "none", "kid": name}));
            Some(format!("{header}.{}.", part(json!(claims))))
        }
        Signing::PublicKeyAsSecret => {
            let public = json!(public(name, key, *algorithm)?).to_string();
            by(
                &named(Algorithm::HS256),
                &EncodingKey::from_secret(public.as_bytes()).ok()?,
            )
        }
        Signing::ClientSecret => {
            let secret = EncodingKey::from_secret(CLIENT_SECRET.as_bytes()).ok()?;
            by(&named(Algorithm::HS256), &secret)
        }
        Signing::StrangeKey => by(&named(*algorithm), &new_key(*algorithm)),
        Signing::Changed => {
            let whole = by(&named(*algorithm), key)?;
            let (rest, signature) = whole.rsplit_once('.')?;
            let first = if signature.starts_with('A') { 'B' } else { 'A' };
            Some(format!("{rest}.{first}{}", signature.get(1..)?))
        }
    }
}

async fn userinfo(State(state): State<Arc<Shared>>, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(fault) = state.met(uri.path()).await {
        return fault;
    }
    let bearer = headers
        .get("authorization")
        .and_then(|header| header.to_str().ok());
    if !bearer.is_some_and(|header| header.starts_with("Bearer canary-at-provider-")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let claims = over(json!({}), &state.inner().ways.claims);
    Json(claims).into_response()
}
