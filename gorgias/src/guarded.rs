//! An HTTP client whose every connection passes the guard, with limits of time
//! and size.

use crate::{
    Unavailable,
    egress::{EgressProxy, LocalNames, ProxyOnly},
    guard::{Guard, GuardError},
};
use domain::clock::Clock;
use reqwest::redirect;
use std::{error::Error, io, sync::Arc, time::Duration};
use url::Url;

/// The limits of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start of a request to the last byte of its answer.
    pub time: Duration,
    /// Bytes of a body, after decompression.
    pub body: usize,
}

impl Default for Limits {
    /// 10 s and 64 KiB.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            body: 64 * 1024,
        }
    }
}

/// Sends requests without redirects and retries.
pub(crate) struct Guarded {
    pub clock: Arc<dyn Clock>,
    pub limits: Limits,
    pub guard: Guard,
    /// If a proxy resolves names: what this host knows of them.
    pub by_proxy: Option<LocalNames>,
    pub http: reqwest::Client,
}

impl Guarded {
    /// A client that connects to what the guard allows, or to the proxy alone.
    pub fn new(
        guard: Guard,
        egress: Option<&EgressProxy>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder();
        let http = match egress {
            None => http.no_proxy().dns_resolver(Arc::new(guard.clone())),
            Some(egress) => http
                .proxy(egress.proxy()?)
                .dns_resolver(Arc::new(ProxyOnly(guard.lookup()))),
        };
        let http = http
            .user_agent(concat!("mooring/", env!("CARGO_PKG_VERSION")))
            // Bodies are decompressed here, whatever their headers say.
            .no_gzip()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(limits.time)
            // There are many hosts, each asked rarely. And each new
            // connection resolves the name again, which checks it again.
            .pool_idle_timeout(Duration::from_secs(15))
            .build()?;
        Ok(Self {
            clock,
            limits,
            guard,
            by_proxy: egress.map(|_| LocalNames::default()),
            http,
        })
    }

    /// Checks an address that is written as an IP address; names are checked
    /// when they are resolved.
    pub fn check(&self, url: &Url) -> Result<(), Unavailable> {
        self.guard.check(url).map_err(|_| Unavailable::Blocked)
    }
}

/// Sorts a failure by its causes; the texts of reqwest and hyper aren't kept.
pub(crate) fn why(error: &reqwest::Error) -> Unavailable {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut kind = None;
    while let Some(e) = cause {
        match e.downcast_ref() {
            Some(GuardError::Blocked) => return Unavailable::Blocked,
            Some(GuardError::NotFound) => return Unavailable::Dns,
            None => (),
        }
        // The error inside an io::Error is not among its sources.
        let io = e.downcast_ref::<io::Error>();
        kind = io.map(io::Error::kind).or(kind);
        cause = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => e.source(),
        };
    }
    match kind {
        _ if error.is_timeout() => Unavailable::Timeout,
        Some(io::ErrorKind::TimedOut) => Unavailable::Timeout,
        // rustls reports all its errors this way.
        Some(io::ErrorKind::InvalidData) if error.is_connect() => Unavailable::Tls,
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => Unavailable::Reset,
        _ if error.is_connect() => Unavailable::Connect,
        _ => Unavailable::Reset,
    }
}
