//! Decides which addresses may be connected to, at the moment of connecting.
//!
//! The owner of an account's DNS decides where its name leads. The guard is the
//! HTTP client's resolver: the client connects to exactly the addresses that
//! the guard checked. There is no second look-up in between, so a name can't
//! give one address to the check and another to the connection (DNS rebinding).

use crate::address::{Network, network};
use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use url::{Host, Url};

/// Resolves names.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// As the operating system reports them.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        // RFC 6761 6.3: these never go to DNS, and not every libc knows this.
        if name == "localhost" || name.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|a| a.ip()).collect())
    }
}

/// Where requests may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Only the internet.
    Public,
    /// Private networks and the loopback, too.
    PrivateToo,
    /// Only private networks and the loopback, so that plain http carries
    /// secrets no further.
    PrivateOnly,
    /// The internet, and of private networks and the loopback these.
    PublicAnd(Arc<[IpNet]>),
    /// The loopback, as far as it is in these networks.
    LoopbackIn(Arc<[IpNet]>),
}

/// Why a name has no usable address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The name leads into a network that requests may not go to.
    #[error("the address is in a network where no connection is made")]
    Blocked,
    /// The name has no address.
    #[error("the name could not be resolved")]
    NotFound,
}

/// Checks addresses, and resolves names for the HTTP client.
#[derive(Clone)]
pub struct Guard {
    reach: Reach,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    /// A guard that resolves names with `lookup`.
    pub fn new(reach: Reach, lookup: Arc<dyn Lookup>) -> Self {
        Self { reach, lookup }
    }

    /// What resolves names.
    pub(crate) fn lookup(&self) -> Arc<dyn Lookup> {
        Arc::clone(&self.lookup)
    }

    /// Whether requests may go to this address.
    pub fn allows(&self, ip: IpAddr) -> bool {
        let within = |networks: &[IpNet]| networks.iter().any(|net| net.contains(&ip));
        match (&self.reach, network(ip)) {
            (_, Network::Never) => false,
            (Reach::Public | Reach::PrivateToo | Reach::PublicAnd(_), Network::Public) => true,
            (Reach::PrivateOnly | Reach::LoopbackIn(_), Network::Public) => false,
            (Reach::Public, Network::Private) => false,
            (Reach::PrivateToo | Reach::PrivateOnly, Network::Private) => true,
            (Reach::PublicAnd(networks), Network::Private) => within(networks),
            (Reach::LoopbackIn(networks), Network::Private) => ip.is_loopback() && within(networks),
        }
    }

    /// Checks a URL whose host is an IP address; HTTP clients don't ask a
    /// resolver for these.
    ///
    /// # Errors
    /// [`GuardError::Blocked`]; names pass, they are checked when they are resolved.
    pub fn check(&self, url: &Url) -> Result<(), GuardError> {
        let ip: IpAddr = match url.host() {
            Some(Host::Ipv4(ip)) => ip.into(),
            Some(Host::Ipv6(ip)) => ip.into(),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(GuardError::Blocked),
        };
        if self.allows(ip) {
            Ok(())
        } else {
            Err(GuardError::Blocked)
        }
    }

    /// All addresses of a name. One blocked address among them refuses the name.
    ///
    /// # Errors
    /// Either of [`GuardError`].
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, GuardError> {
        let found = self.lookup.lookup(name).await;
        let found = found.map_err(|_| GuardError::NotFound)?;
        if found.is_empty() {
            return Err(GuardError::NotFound);
        }
        if let Some(bad) = found.iter().find(|ip| !self.allows(**ip)) {
            tracing::warn!(host = name, address = %bad, "refused to connect to an address");
            return Err(GuardError::Blocked);
        }
        Ok(found)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = guard.addresses(name.as_str()).await?;
            // Port 0 means the URL's own port.
            let found = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Gives a different list of addresses each time, as a rebinding name server does.
    struct Rebinding(Mutex<Vec<Vec<IpAddr>>>);

    #[async_trait]
    impl Lookup for Rebinding {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            self.0
                .lock()
                .unwrap()
                .pop()
                .ok_or(io::ErrorKind::NotFound.into())
        }
    }

    fn guard(reach: Reach, mut answers: Vec<Vec<&str>>) -> Guard {
        answers.reverse();
        let answers = answers
            .into_iter()
            .map(|a| a.into_iter().map(|ip| ip.parse().unwrap()).collect())
            .collect();
        Guard::new(reach, Arc::new(Rebinding(Mutex::new(answers))))
    }

    async fn resolved(guard: &Guard) -> Result<Vec<SocketAddr>, GuardError> {
        match guard.resolve("acme.example".parse().unwrap()).await {
            Ok(found) => Ok(found.collect()),
            Err(e) => Err(*e.downcast().unwrap()),
        }
    }

    /// security.md 9
    #[tokio::test]
    async fn s09_rebinding_is_caught_at_each_resolution() {
        let guard = guard(
            Reach::Public,
            vec![
                vec!["8.8.8.8"],
                vec!["127.0.0.1"],
                vec!["8.8.8.8", "10.0.0.1"],
                vec!["::ffff:10.0.0.1"],
                vec!["fe80::1"],
                vec![],
            ],
        );
        let public: SocketAddr = "8.8.8.8:0".parse().unwrap();
        assert_eq!(resolved(&guard).await, Ok(vec![public]));
        for _ in 0..4 {
            assert_eq!(resolved(&guard).await, Err(GuardError::Blocked));
        }
        assert_eq!(resolved(&guard).await, Err(GuardError::NotFound));
        assert_eq!(resolved(&guard).await, Err(GuardError::NotFound));
    }

    #[tokio::test]
    async fn private_only_never_reaches_the_internet() {
        let guard = guard(Reach::PrivateOnly, vec![vec!["8.8.8.8"], vec!["10.0.0.1"]]);
        assert_eq!(resolved(&guard).await, Err(GuardError::Blocked));
        assert!(resolved(&guard).await.is_ok());
    }

    #[test]
    fn addresses_in_urls_are_checked_too() {
        for (url, public, private_too) in [
            ("https://127.0.0.1/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:127.0.0.1]/", false, true),
            ("https://169.254.169.254/", false, false),
            ("https://0.0.0.0/", false, false),
            ("https://8.8.8.8/", true, true),
            ("https://acme.example/", true, true),
        ] {
            let url = url.parse().unwrap();
            let check = |reach| guard(reach, vec![]).check(&url).is_ok();
            assert_eq!(check(Reach::Public), public, "{url}");
            assert_eq!(check(Reach::PrivateToo), private_too, "{url}");
        }
    }

    #[tokio::test]
    async fn localhost_needs_no_name_server_and_is_blocked() {
        for name in ["localhost", "acme.localhost"] {
            assert!(SystemLookup.lookup(name).await.unwrap()[0].is_loopback());
            let guard = Guard::new(Reach::Public, Arc::new(SystemLookup));
            assert_eq!(guard.addresses(name).await, Err(GuardError::Blocked));
        }
    }
}
