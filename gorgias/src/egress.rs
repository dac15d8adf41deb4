//! An HTTP proxy that opens tunnels (CONNECT, RFC 9110 9.3.6), for networks
//! whose only way to the internet is a proxy.

use crate::{
    address::{Network, network},
    guard::{Guard, GuardError, Lookup},
};
use domain::time::{Span, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use url::{Host, Url};

/// How long a name that the proxy resolves is also looked up here. Behind such
/// a proxy, name servers often know nothing of the internet, or don't answer.
const LOOK: Duration = Duration::from_secs(2);
/// How long name servers are not asked again after they didn't answer.
const SILENCE: Span = Span::minutes(1);
/// So many domains with silent name servers are remembered.
const MOST_SILENT: usize = 1_000;

/// A proxy, and the credentials for it.
#[derive(Clone)]
pub struct EgressProxy {
    /// The address, without credentials.
    url: Url,
    credentials: Option<(SecretString, SecretString)>,
}

/// The text is no proxy's address. The message doesn't quote the text: it may
/// hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The text is no address of a proxy.
    #[error(
        "it is not the address of a proxy; give one such as http://user:password@proxy.example:3128"
    )]
    BadUrl,
    /// Another kind of proxy.
    #[error(
        "only proxies that are spoken to by http or https are known; give one such as http://proxy.example:3128"
    )]
    BadScheme,
}

impl EgressProxy {
    /// Reads `http://user:password@host:port`; user and password may be
    /// percent-encoded, or missing.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub fn parse(text: &SecretString) -> Result<Self, EgressError> {
        let mut url = Url::parse(text.expose_secret()).map_err(|_| EgressError::BadUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EgressError::BadScheme);
        }
        let bare =
            matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || url.host().is_none() {
            return Err(EgressError::BadUrl);
        }
        let user = decoded(url.username())?;
        let password = decoded(url.password().unwrap_or_default())?;
        let without = url.set_username("").and_then(|()| url.set_password(None));
        without.map_err(|()| EgressError::BadUrl)?;
        let credentials = !(user.expose_secret().is_empty() && password.expose_secret().is_empty());
        Ok(Self {
            url,
            credentials: credentials.then_some((user, password)),
        })
    }

    /// The proxy for the HTTP client.
    ///
    /// # Errors
    /// If the client doesn't accept the address.
    pub fn proxy(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let proxy = reqwest::Proxy::all(self.url.clone())?;
        Ok(match &self.credentials {
            Some((user, password)) => {
                proxy.basic_auth(user.expose_secret(), password.expose_secret())
            }
            None => proxy,
        })
    }
}

fn decoded(text: &str) -> Result<SecretString, EgressError> {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(|text| SecretString::from(text.as_ref()))
        .map_err(|_| EgressError::BadUrl)
}

/// Shows no credentials.
impl fmt::Debug for EgressProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EgressProxy")
            .field(&self.url.as_str())
            .finish()
    }
}

/// Resolves the proxy's name only: all other names go to the proxy as they are.
/// So the guard's rules don't apply here, and the proxy may be in a private
/// network.
pub(crate) struct ProxyOnly(pub Arc<dyn Lookup>);

impl Resolve for ProxyOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let found = lookup.lookup(name.as_str()).await?;
            // Port 0 means the URL's own port.
            let found = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

/// What this host knows of the names that the proxy resolves.
pub(crate) struct LocalNames {
    /// How long a name is looked up.
    look: Duration,
    /// Until when the name servers of a domain aren't asked, since they didn't
    /// answer. By domain, since a tenant may name one whose servers never do.
    silent_until: Mutex<HashMap<String, Timestamp>>,
}

impl Default for LocalNames {
    fn default() -> Self {
        Self {
            look: LOOK,
            silent_until: Mutex::default(),
        }
    }
}

impl LocalNames {
    /// Whether a name is known to lead to a blocked address. If the name
    /// servers of its domain are silent, only one request in a minute waits two
    /// seconds for them.
    pub async fn are_blocked(&self, guard: &Guard, name: &str, now: Timestamp) -> bool {
        let domain = domain_of(name);
        if self.silent().get(domain).is_some_and(|until| now < *until) {
            return false;
        }
        let known = tokio::time::timeout(self.look, guard.addresses(name)).await;
        if known.is_err() {
            let mut silent = self.silent();
            if silent.len() >= MOST_SILENT {
                silent.retain(|_, until| now < *until);
            }
            // Beyond that, a name is looked up each time, which is only slower.
            if silent.len() < MOST_SILENT {
                silent.insert(domain.to_owned(), now.plus(SILENCE));
            }
        }
        matches!(known, Ok(Err(GuardError::Blocked)))
    }

    fn silent(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        let silent = self.silent_until.lock();
        silent.unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows the first label of a name, if that is still a domain of somebody.
fn domain_of(name: &str) -> &str {
    match name.split_once('.') {
        Some((_, rest)) if rest.contains('.') => rest,
        _ => name,
    }
}

/// Whether an address leads into a private network, as far as this host knows.
/// Asks the system's resolver, once, at the start.
pub fn is_private(url: &Url) -> bool {
    let private = |ip: IpAddr| network(ip) == Network::Private;
    match url.host() {
        Some(Host::Ipv4(ip)) => private(ip.into()),
        Some(Host::Ipv6(ip)) => private(ip.into()),
        Some(Host::Domain(name)) => (name, 0)
            .to_socket_addrs()
            .is_ok_and(|mut found| found.any(|address| private(address.ip()))),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Reach;
    use std::{
        io,
        sync::atomic::{AtomicUsize, Ordering},
    };

    /// Name servers that don't answer, or that know of a private address.
    #[derive(Default)]
    struct Names {
        asked: AtomicUsize,
        answer: bool,
    }

    #[async_trait::async_trait]
    impl Lookup for Names {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if !self.answer {
                std::future::pending::<()>().await;
            }
            Ok(vec![IpAddr::from([10, 0, 0, 1])])
        }
    }

    #[tokio::test]
    async fn silent_name_servers_are_asked_once_a_minute() {
        let names = LocalNames {
            look: Duration::ZERO,
            ..LocalNames::default()
        };
        let silent = Arc::new(Names::default());
        let guard = Guard::new(Reach::Public, Arc::clone(&silent) as Arc<dyn Lookup>);
        let mut now = Timestamp(0);
        for asked in [1, 2] {
            for _ in 0..3 {
                assert!(!names.are_blocked(&guard, "acme.gorgias.test", now).await);
                let same = names.are_blocked(&guard, "harbour.gorgias.test", now);
                assert!(!same.await);
                assert_eq!(silent.asked.load(Ordering::Relaxed), asked);
            }
            now = now.plus(SILENCE);
        }
        // Once they answer, their answer counts, and they are asked each time.
        let answering = Arc::new(Names {
            answer: true,
            ..Names::default()
        });
        let guard = Guard::new(Reach::Public, Arc::clone(&answering) as Arc<dyn Lookup>);
        for asked in [1, 2] {
            assert!(names.are_blocked(&guard, "acme.gorgias.test", now).await);
            assert_eq!(answering.asked.load(Ordering::Relaxed), asked);
        }
    }

    /// Whoever names a domain whose name servers never answer doesn't open the
    /// way to a private address of another one.
    #[tokio::test]
    async fn silent_name_servers_of_one_domain_say_nothing_about_others() {
        let names = LocalNames {
            look: Duration::ZERO,
            ..LocalNames::default()
        };
        let now = Timestamp(0);
        let silent = Guard::new(Reach::Public, Arc::new(Names::default()));
        assert!(!names.are_blocked(&silent, "login.evil.test", now).await);
        let names_answer = Names {
            answer: true,
            ..Names::default()
        };
        let guard = Guard::new(Reach::Public, Arc::new(names_answer));
        assert!(names.are_blocked(&guard, "wiki.parcelwise.test", now).await);
        assert!(names.are_blocked(&guard, "intranet", now).await);
        assert!(!names.are_blocked(&guard, "idp.evil.test", now).await);
    }

    fn parse(text: &str) -> Result<EgressProxy, EgressError> {
        EgressProxy::parse(&SecretString::from(text))
    }

    #[test]
    fn addresses_of_proxies_are_read_and_their_passwords_shown_to_nobody() {
        let proxy = parse("http://mooring:can%40ary@proxy.example:3128").unwrap();
        let (user, password) = proxy.credentials.clone().unwrap();
        assert_eq!(user.expose_secret(), "mooring");
        assert_eq!(password.expose_secret(), "can@ary");
        assert_eq!(
            format!("{proxy:?}"),
            "EgressProxy(\"http://proxy.example:3128/\")"
        );
        assert!(proxy.proxy().is_ok());
        assert!(
            parse("http://10.0.0.5:3128/")
                .unwrap()
                .credentials
                .is_none()
        );
        assert!(parse("https://proxy.example").is_ok());
        for (bad, error) in [
            ("proxy.example:3128", EgressError::BadScheme),
            ("socks5://canary@proxy.example", EgressError::BadScheme),
            ("canary", EgressError::BadUrl),
            ("http://proxy.example/canary", EgressError::BadUrl),
            ("http://u:%ff@proxy.example", EgressError::BadUrl),
        ] {
            let found = parse(bad).unwrap_err();
            assert_eq!(found, error, "{bad}");
            assert!(!found.to_string().contains("canary"));
        }
    }

    #[test]
    fn private_addresses_are_told_from_others() {
        for (url, private) in [
            ("https://10.0.0.5:8200", true),
            ("https://127.0.0.1", true),
            ("https://localhost:8200", true),
            ("https://8.8.8.8", false),
            ("https://nowhere.invalid", false),
        ] {
            assert_eq!(is_private(&url.parse().unwrap()), private, "{url}");
        }
    }
}
