//! Simulates the transit engine of HashiCorp Vault or OpenBao in tests. It really
//! encrypts, with versions and associated data, and its errors are theirs.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload, consts::U12},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header::LOCATION},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::jwt::random_bytes;

/// The accepted token.
pub const TOKEN: &str = "hvs.simulated-token-of-mooring";

/// A running service; it stops when it is dropped.
#[derive(Debug)]
pub struct Transit {
    engine: Arc<Mutex<TransitEngine>>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// The ways in which it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransitFault {
    /// Answers with this status and `errors`.
    Status(u16),
    /// Redirects to another address of its own.
    Redirect,
    /// Answers 200 with an HTML page.
    Html,
    /// Answers 200 with a megabyte.
    Huge,
    /// Never answers.
    Silent,
}

/// Its state and behaviour; a test may change it at any time.
#[derive(Debug)]
pub struct TransitEngine {
    /// The accepted token, if any.
    pub token: String,
    /// The namespace that requests must name, if any.
    pub namespace: Option<String>,
    /// Where the engine is mounted.
    pub mount: String,
    /// Whether the policy allows to encrypt.
    pub may_encrypt: bool,
    /// Whether the policy allows to decrypt.
    pub may_decrypt: bool,
    /// Whether associated data is authenticated; it was not before Vault 1.13.
    pub binds: bool,
    /// The fault of its answers.
    pub fault: Option<TransitFault>,
    keys: HashMap<String, Ring>,
    asked: Vec<String>,
}

#[derive(Debug, Default)]
struct Ring {
    versions: Vec<[u8; 32]>,
    least: usize,
}

impl Transit {
    /// Starts it on a task of the current runtime, with the mount `transit` and the
    /// key `mooring`.
    ///
    /// # Errors
    /// No address can be bound.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?;
        let engine = Arc::new(Mutex::new(TransitEngine {
            token: TOKEN.to_owned(),
            namespace: None,
            mount: "transit".to_owned(),
            may_encrypt: true,
            may_decrypt: true,
            binds: true,
            fault: None,
            keys: HashMap::new(),
            asked: Vec::new(),
        }));
        let routes = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&engine));
        let task = tokio::spawn(async move {
            // The result doesn't matter: the server ends with the task.
            let _ = axum::serve(listener, routes).await;
        });
        let transit = Self {
            engine,
            address,
            task,
        };
        transit.rotate("mooring");
        Ok(transit)
    }

    /// The value for `MOORING_KEY_SERVICE_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its state and behaviour.
    pub fn engine(&self) -> MutexGuard<'_, TransitEngine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a key, or a new version of it, as `vault write -f transit/keys/…/rotate` does.
    pub fn rotate(&self, key: &str) {
        let secret = random_bytes();
        let mut engine = self.engine();
        let ring = engine.keys.entry(key.to_owned()).or_default();
        ring.versions.push(secret);
        ring.least = ring.least.max(1);
    }

    /// Sets `min_decryption_version`.
    pub fn refuse_below(&self, key: &str, version: usize) {
        if let Some(ring) = self.engine().keys.get_mut(key) {
            ring.least = version;
        }
    }

    /// Removes a key.
    pub fn delete(&self, key: &str) {
        self.engine().keys.remove(key);
    }

    /// The requests since the last call, such as `encrypt/mooring`, including refused ones.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.engine().asked)
    }

    /// Stops for good.
    pub async fn stop(&self) {
        self.task.abort();
        while !self.task.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    /// Sets or removes the fault.
    pub fn fail(&self, fault: Option<TransitFault>) {
        self.engine().fault = fault;
    }
}

impl Drop for Transit {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(engine): State<Arc<Mutex<TransitEngine>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = {
        let mut engine = engine.lock().unwrap_or_else(PoisonError::into_inner);
        let path = uri.path().trim_start_matches("/v1/").to_owned();
        let path = path
            .strip_prefix(&format!("{}/", engine.mount))
            .unwrap_or(&path);
        let path = path.to_owned();
        engine.asked.push(path);
        engine.fault
    };
    match fault {
        Some(TransitFault::Status(code)) => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return errors(status, "Vault is sealed");
        }
        Some(TransitFault::Redirect) => {
            let elsewhere = HeaderValue::from_static("/v1/transit/elsewhere");
            return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, elsewhere)]).into_response();
        }
        Some(TransitFault::Html) => return "<!doctype html><p>Welcome".into_response(),
        Some(TransitFault::Huge) => return " ".repeat(1 << 20).into_response(),
        Some(TransitFault::Silent) => return std::future::pending().await,
        None => (),
    }
    let engine = engine.lock().unwrap_or_else(PoisonError::into_inner);
    match engine.take(&method, uri.path(), &headers, &body) {
        Ok(data) => {
            let body = json!({
                "request_id": "8375227a-4a9f-a108-0b89-84c448419e80",
                "lease_id": "",
                "renewable": false,
                "lease_duration": 0,
                "data": data,
                "wrap_info": null,
                "warnings": null,
                "auth": null,
            });
            (StatusCode::OK, body.to_string()).into_response()
        }
        Err((status, text)) => errors(status, &text),
    }
}

fn errors(status: StatusCode, text: &str) -> Response {
    (status, json!({ "errors": [text] }).to_string()).into_response()
}

type Refusal = (StatusCode, String);

fn bad(text: impl Into<String>) -> Refusal {
    (StatusCode::BAD_REQUEST, text.into())
}

impl TransitEngine {
    fn take(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Value, Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let denied = || (StatusCode::FORBIDDEN, "permission denied".to_owned());
        if header("x-vault-token") != Some(&self.token)
            || header("x-vault-namespace") != self.namespace.as_deref()
        {
            return Err(denied());
        }
        let nothing = || {
            let text = format!("no handler for route \"{path}\". route entry not found.");
            (StatusCode::NOT_FOUND, text)
        };
        let (operation, name) = path
            .strip_prefix("/v1/")
            .and_then(|path| path.strip_prefix(&self.mount))
            .and_then(|path| path.strip_prefix('/'))
            .and_then(|path| path.split_once('/'))
            .ok_or_else(nothing)?;
        if method != Method::POST && method != Method::PUT {
            return Err((
                StatusCode::METHOD_NOT_ALLOWED,
                "unsupported operation".into(),
            ));
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| bad("error parsing JSON"))?;
        match operation {
            "encrypt" if !self.may_encrypt => Err(denied()),
            "decrypt" if !self.may_decrypt => Err(denied()),
            "encrypt" => self.encrypt(name, &body),
            "decrypt" => self.decrypt(name, &body),
            _ => Err((StatusCode::NOT_FOUND, String::new())),
        }
    }

    fn ring(&self, name: &str) -> Result<&Ring, Refusal> {
        let found = self.keys.get(name);
        found.ok_or_else(|| bad("encryption key not found"))
    }

    fn associated_data(&self, body: &Value) -> Result<Vec<u8>, Refusal> {
        if self.binds {
            decoded(body, "associated_data")
        } else {
            Ok(Vec::new())
        }
    }

    fn encrypt(&self, name: &str, body: &Value) -> Result<Value, Refusal> {
        let (ring, plain) = (self.ring(name)?, decoded(body, "plaintext")?);
        let aad = self.associated_data(body)?;
        let (secret, version) = match ring.versions.last() {
            Some(secret) => (secret, ring.versions.len()),
            None => return Err(bad("encryption key not found")),
        };
        let sealed: [u8; 12] = random_bytes();
        let nonce = Nonce::<U12>::from(sealed);
        let payload = Payload {
            msg: &plain,
            aad: &aad,
        };
        let cipher = Aes256Gcm::new(&(*secret).into());
        let ciphertext = cipher
            .encrypt(&nonce, payload)
            .map_err(|_| bad("cipher: failed"))?;
        let text = BASE64_STANDARD.encode([sealed.as_slice(), &ciphertext].concat());
        Ok(json!({
            "ciphertext": format!("vault:v{version}:{text}"),
            "key_version": version,
        }))
    }

    fn decrypt(&self, name: &str, body: &Value) -> Result<Value, Refusal> {
        let ring = self.ring(name)?;
        let aad = self.associated_data(body)?;
        let invalid = || bad("invalid ciphertext: no prefix");
        let text = body["ciphertext"].as_str().ok_or_else(invalid)?;
        let (version, text) = text
            .strip_prefix("vault:v")
            .and_then(|text| text.split_once(':'))
            .ok_or_else(invalid)?;
        let version: usize = version.parse().map_err(|_| invalid())?;
        if version < ring.least {
            return Err(bad(
                "ciphertext or signature version is disallowed by policy (too old)",
            ));
        }
        let secret = ring.versions.get(version.wrapping_sub(1));
        let secret = secret.ok_or_else(|| bad("invalid ciphertext: version is too new"))?;
        let sealed = BASE64_STANDARD.decode(text).map_err(|_| invalid())?;
        let (nonce, sealed) = sealed.split_at_checked(12).ok_or_else(invalid)?;
        let nonce = Nonce::<U12>::try_from(nonce).map_err(|_| invalid())?;
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        let plain = Aes256Gcm::new(&(*secret).into())
            .decrypt(&nonce, payload)
            .map_err(|_| bad("cipher: message authentication failed"))?;
        Ok(json!({ "plaintext": BASE64_STANDARD.encode(plain) }))
    }
}

fn decoded(body: &Value, field: &str) -> Result<Vec<u8>, Refusal> {
    let text = body[field].as_str().unwrap_or_default();
    BASE64_STANDARD
        .decode(text)
        .map_err(|_| bad("illegal base64 data at input byte 0"))
}
