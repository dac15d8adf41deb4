//! The settings of a transit engine: address, key and token.

use crate::{encryption::key_service::Trouble, host::text_file};
use bytes::Bytes;
use gorgias::egress::{self, EgressProxy};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use url::{Host, Url};
use zeroize::Zeroizing;

/// The address of a transit engine, and the key that is used.
#[derive(Clone)]
pub struct TransitConfig {
    url: Url,
    mount: String,
    key: String,
    namespace: Option<String>,
    pub(super) token: TokenSource,
    pub(super) ca: Option<Vec<u8>>,
    pub(super) egress: Option<EgressProxy>,
}

/// The source of the token.
#[derive(Clone)]
pub enum TokenSource {
    /// The token itself.
    Fixed(SecretString),
    /// A file, read again for each request: the program that renews the token,
    /// such as the agent of the service, may write another one.
    File(PathBuf),
}

/// A setting of the key service is wrong. Never shows the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitConfigError {
    /// The address is not valid.
    #[error("it is not an address; give one such as https://vault.example.com:8200")]
    BadUrl,
    /// Plain http to another machine.
    #[error(
        "it is not safe: the token and data keys would go over the network in clear; use https, or http to an agent on 127.0.0.1 only"
    )]
    PlainHttp,
    /// The name of the key is not valid.
    #[error(
        "it is not the name of a key, nor MOUNT/NAME; give one such as transit/mooring, of letters, digits, hyphens, underscores and dots"
    )]
    BadKey,
    /// The namespace can't be sent in a header.
    #[error("it is not the name of a namespace; give one such as team/mooring")]
    BadNamespace,
    /// The certificates can't be used.
    #[error("it holds no certificates in PEM that can be used; name the file of the authority")]
    BadCa,
}

impl TransitConfig {
    /// The key at `name`, which is `MOUNT/NAME`, or `NAME` of the mount `transit`.
    ///
    /// # Errors
    /// [`TransitConfigError::BadUrl`], [`TransitConfigError::PlainHttp`] or
    /// [`TransitConfigError::BadKey`].
    pub fn new(url: Url, name: &str, token: TokenSource) -> Result<Self, TransitConfigError> {
        let (mount, key) = name.rsplit_once('/').unwrap_or(("transit", name));
        let part = |text: &str| {
            let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
            !text.is_empty() && text != "." && text != ".." && text.bytes().all(good)
        };
        if name.len() > 200 || !part(key) || !mount.split('/').all(part) {
            return Err(TransitConfigError::BadKey);
        }
        Ok(Self {
            url,
            mount: mount.to_owned(),
            key: key.to_owned(),
            namespace: None,
            token,
            ca: None,
            egress: None,
        })
    }

    /// Checks the address of a service.
    ///
    /// # Errors
    /// [`TransitConfigError::BadUrl`], [`TransitConfigError::PlainHttp`].
    pub fn parse_url(text: &str) -> Result<Url, TransitConfigError> {
        let url = Url::parse(text).map_err(|_| TransitConfigError::BadUrl)?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(TransitConfigError::BadUrl),
        };
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        match url.scheme() {
            "https" | "http" if !bare => Err(TransitConfigError::BadUrl),
            "https" => Ok(url),
            "http" if loopback => Ok(url),
            "http" => Err(TransitConfigError::PlainHttp),
            _ => Err(TransitConfigError::BadUrl),
        }
    }

    /// Sets the namespace of the service.
    #[must_use]
    pub fn namespace(mut self, namespace: Option<String>) -> Self {
        self.namespace = namespace;
        self
    }

    /// Trusts only these authorities, in PEM, instead of the machine's.
    #[must_use]
    pub fn authorities(mut self, pem: Option<Vec<u8>>) -> Self {
        self.ca = pem;
        self
    }

    /// Sets the proxy. A service in a private network is asked directly.
    #[must_use]
    pub fn egress(mut self, egress: Option<EgressProxy>) -> Self {
        self.egress = egress.filter(|_| !egress::is_private(&self.url));
        self
    }

    /// The name of the key in `data_keys`. Without the address, so that the
    /// service may move.
    pub(super) fn id(&self) -> String {
        format!("transit:{}/{}", self.mount, self.key)
    }

    /// The address for messages.
    pub(super) fn shown(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn address(&self, operation: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1");
            path.extend(self.mount.split('/'));
            path.push(operation).push(&self.key);
        }
        url
    }

    pub(super) fn namespace_header(&self) -> Result<Option<HeaderValue>, TransitConfigError> {
        let header = |text: &String| {
            HeaderValue::from_str(text).map_err(|_| TransitConfigError::BadNamespace)
        };
        self.namespace.as_ref().map(header).transpose()
    }
}

impl TokenSource {
    /// A header that is wiped after use and never shown by `Debug`.
    pub(super) async fn header(&self) -> Result<HeaderValue, Trouble> {
        let token = match self {
            Self::Fixed(token) => Zeroizing::new(token.expose_secret().trim().to_owned()),
            Self::File(path) => {
                let bytes = tokio::fs::read(path).await;
                let text = bytes.and_then(text_file::decode);
                let text = Zeroizing::new(text.map_err(|_| Trouble::Token)?);
                Zeroizing::new(text_file::bare(&text).to_owned())
            }
        };
        if token.is_empty() {
            return Err(Trouble::Token);
        }
        let mut value =
            HeaderValue::from_maybe_shared(Bytes::from_owner(token)).map_err(|_| Trouble::Token)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Doesn't show the token.
impl std::fmt::Debug for TransitConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TransitConfig")
            .field("service", &self.shown())
            .field("key", &self.id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Result<TransitConfig, TransitConfigError> {
        let url = TransitConfig::parse_url("https://vault.example.com:8200").unwrap();
        TransitConfig::new(url, name, TokenSource::Fixed("canary".into()))
    }

    #[test]
    fn a_key_is_a_name_with_or_without_its_mount() {
        for (name, id, path) in [
            (
                "mooring",
                "transit:transit/mooring",
                "/v1/transit/encrypt/mooring",
            ),
            (
                "keys/eu/m-1",
                "transit:keys/eu/m-1",
                "/v1/keys/eu/encrypt/m-1",
            ),
        ] {
            let config = named(name).unwrap();
            assert_eq!(config.id(), id);
            assert_eq!(config.address("encrypt").path(), path);
        }
        for bad in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "../sys/raw",
            "a/..",
            "a b",
            "ä",
            "a?b",
        ] {
            assert_eq!(named(bad).unwrap_err(), TransitConfigError::BadKey, "{bad}");
        }
        let behind_a_path = TransitConfig::parse_url("https://example.com/vault/").unwrap();
        let token = TokenSource::Fixed("canary".into());
        let config = TransitConfig::new(behind_a_path, "mooring", token).unwrap();
        assert_eq!(
            config.address("decrypt").path(),
            "/vault/v1/transit/decrypt/mooring"
        );
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for good in [
            "https://vault.internal:8200",
            "https://10.0.0.5:8200/",
            "http://127.0.0.1:8200",
            "http://[::1]:8200",
            "http://localhost:8100",
        ] {
            assert!(TransitConfig::parse_url(good).is_ok(), "{good}");
        }
        let plain = TransitConfig::parse_url("http://10.0.0.5:8200");
        assert_eq!(plain.unwrap_err(), TransitConfigError::PlainHttp);
        for bad in [
            "vault",
            "unix:///run/vault.sock",
            "ftp://vault",
            "https://token@vault",
            "https://vault/?a=b",
        ] {
            let refused = TransitConfig::parse_url(bad);
            assert_eq!(refused.unwrap_err(), TransitConfigError::BadUrl, "{bad}");
        }
    }
}
