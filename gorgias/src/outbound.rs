//! Requests to hosts that people name in the settings of a tenant: through the
//! same guard, proxy and limits as those to Gorgias.

use crate::{
    ClientCredentials, EgressProxy, Limits, Unavailable, UpstreamError,
    answer::Answer,
    client::{basic, encode, secret},
    guard::{Guard, Lookup, Reach, SystemLookup},
    guarded::Guarded,
};
use domain::clock::Clock;
use ipnet::IpNet;
use reqwest::{
    RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};
use url::{Host, Url};
use zeroize::Zeroizing;

/// Where these requests may go, and how.
#[derive(Clone)]
pub struct OutboundOptions {
    /// Private networks that may be connected to, beside the internet.
    pub networks: Arc<[IpNet]>,
    /// The proxy for all requests, if there is one.
    pub egress: Option<EgressProxy>,
    /// The limits of an answer.
    pub limits: Limits,
    /// Resolves names.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for OutboundOptions {
    /// Without a proxy, to the internet only.
    fn default() -> Self {
        Self {
            networks: Arc::default(),
            egress: None,
            limits: Limits::default(),
            lookup: Arc::new(SystemLookup),
        }
    }
}

impl fmt::Debug for OutboundOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundOptions")
            .field("networks", &self.networks)
            .field("egress", &self.egress)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl OutboundOptions {
    /// Whether plain http may go to this host: only on the loopback, and only if
    /// that is one of the networks.
    pub fn allows_plain(&self, url: &Url) -> bool {
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        loopback && self.reaches_loopback()
    }

    /// Whether the loopback is one of the networks.
    pub fn reaches_loopback(&self) -> bool {
        let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let named = |ip: &IpAddr| self.networks.iter().any(|net| net.contains(ip));
        loopback.iter().any(named)
    }
}

/// The client.
pub struct Outbound {
    options: OutboundOptions,
    web: Guarded,
    /// For plain http, which goes no further than the loopback.
    plain: Guarded,
}

/// An answer that arrived whole, other than 429 and 5xx.
pub struct OutboundAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body, decompressed.
    pub body: Zeroizing<Vec<u8>>,
}

impl Outbound {
    /// The client of these options.
    ///
    /// # Errors
    /// If TLS can't be set up, or the proxy's address is none.
    pub fn new(clock: Arc<dyn Clock>, options: OutboundOptions) -> Result<Self, reqwest::Error> {
        let guard = |reach| Guard::new(reach, Arc::clone(&options.lookup));
        let networks = || Arc::clone(&options.networks);
        let (web, plain) = (
            guard(Reach::PublicAnd(networks())),
            guard(Reach::LoopbackIn(networks())),
        );
        let limits = options.limits;
        Ok(Self {
            web: Guarded::new(web, options.egress.as_ref(), Arc::clone(&clock), limits)?,
            plain: Guarded::new(plain, None, clock, limits)?,
            options,
        })
    }

    /// GET, with an access token if there is one (RFC 6750 2.1).
    ///
    /// # Errors
    /// [`Unavailable`] if no whole answer arrived, or it is 429 or 5xx.
    pub async fn get(
        &self,
        url: &Url,
        bearer: Option<&SecretString>,
    ) -> Result<OutboundAnswer, Unavailable> {
        let client = self.client(url)?;
        let mut request = client.http.get(url.clone());
        if let Some(token) = bearer {
            let token = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
            request = request.header(AUTHORIZATION, secret(token).map_err(unavailable)?);
        }
        send(client, request).await
    }

    /// POST of a form, with HTTP Basic if there are credentials.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post_form(
        &self,
        url: &Url,
        credentials: Option<&ClientCredentials>,
        form: &[(&str, &str)],
    ) -> Result<OutboundAnswer, Unavailable> {
        let client = self.client(url)?;
        let mut request = client
            .http
            .post(url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode(form));
        if let Some(credentials) = credentials {
            let header = basic(credentials).map_err(unavailable)?;
            request = request.header(AUTHORIZATION, header);
        }
        send(client, request).await
    }

    fn client(&self, url: &Url) -> Result<&Guarded, Unavailable> {
        let client = match url.scheme() {
            "https" => &self.web,
            "http" if self.options.allows_plain(url) => &self.plain,
            _ => return Err(Unavailable::Blocked),
        };
        client.check(url)?;
        Ok(client)
    }
}

async fn send(client: &Guarded, request: RequestBuilder) -> Result<OutboundAnswer, Unavailable> {
    let answer = client.send(request).await.map_err(unavailable)?;
    let Answer {
        status,
        body,
        broken,
        ..
    } = answer;
    match broken {
        Some(why) => Err(why),
        None if status.is_redirection() => Err(Unavailable::Redirected),
        None => Ok(OutboundAnswer {
            status: status.as_u16(),
            body,
        }),
    }
}

fn unavailable(error: UpstreamError) -> Unavailable {
    match error {
        UpstreamError::Unavailable { why, .. } => why,
        UpstreamError::RateLimited { .. } => Unavailable::Status(429),
        UpstreamError::Unauthorized => Unavailable::Status(401),
        UpstreamError::InvalidGrant | UpstreamError::InvalidClient => Unavailable::Status(400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;
    use std::io;

    struct Names(&'static str);

    #[async_trait::async_trait]
    impl Lookup for Names {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec![self.0.parse().unwrap()])
        }
    }

    struct Now;

    impl Clock for Now {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }
    }

    fn outbound(networks: &[&str], found: &'static str) -> Outbound {
        let options = OutboundOptions {
            networks: networks.iter().map(|net| net.parse().unwrap()).collect(),
            lookup: Arc::new(Names(found)),
            limits: Limits {
                time: std::time::Duration::from_millis(500),
                ..Limits::default()
            },
            ..OutboundOptions::default()
        };
        Outbound::new(Arc::new(Now), options).unwrap()
    }

    async fn why(outbound: &Outbound, url: &str) -> Unavailable {
        match outbound.get(&url.parse().unwrap(), None).await {
            Ok(answer) => panic!("{url}: {}", answer.status),
            Err(why) => why,
        }
    }

    /// security.md 9
    #[tokio::test]
    async fn s09_private_addresses_are_reached_in_the_named_networks_alone() {
        let none = outbound(&[], "10.1.2.3");
        for url in [
            "https://sso.example",
            "https://10.1.2.3",
            "https://127.0.0.1",
            "https://[::1]",
            "https://169.254.169.254",
            "http://127.0.0.1",
            "http://localhost",
            "http://sso.example",
            "ftp://sso.example",
        ] {
            assert_eq!(why(&none, url).await, Unavailable::Blocked, "{url}");
        }
        // Port 1 refuses, so the guard let it through.
        let loopback = outbound(&["127.0.0.0/8"], "127.0.0.1");
        assert_eq!(
            why(&loopback, "https://sso.example:1").await,
            Unavailable::Connect
        );
        assert_eq!(
            why(&loopback, "http://localhost:1").await,
            Unavailable::Connect
        );
        assert_eq!(
            why(&loopback, "http://127.0.0.1:1").await,
            Unavailable::Connect
        );
        for url in [
            "http://sso.example:1",
            "http://10.1.2.3:1",
            "https://10.1.2.3:1",
            "http://[::1]:1",
        ] {
            assert_eq!(why(&loopback, url).await, Unavailable::Blocked, "{url}");
        }
        // Plain http stays on the loopback also where other networks are named.
        let office = outbound(&["10.0.0.0/8"], "10.1.2.3");
        assert_eq!(
            why(&office, "http://10.1.2.3:1").await,
            Unavailable::Blocked
        );
        // Never a link-local address, whatever is named.
        let all = outbound(&["0.0.0.0/0"], "169.254.169.254");
        assert_eq!(why(&all, "https://sso.example").await, Unavailable::Blocked);
    }
}
