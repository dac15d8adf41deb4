//! The HTTP client for requests to Gorgias, with its limits and its guard.

use crate::{
    GorgiasTemplate, Unavailable, UpstreamError,
    egress::{EgressProxy, LocalNames, ProxyOnly},
    guard::{Guard, GuardError, Lookup, Reach, SystemLookup},
    template::TemplateError,
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

/// Sends requests to Gorgias' accounts: only through the given proxy, without
/// redirects and retries, and every address passes the [`Guard`].
pub struct HttpGorgias {
    pub(crate) template: GorgiasTemplate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) guard: Guard,
    /// If a proxy resolves names: what this host knows of them.
    pub(crate) by_proxy: Option<LocalNames>,
    pub(crate) http: reqwest::Client,
}

/// How accounts are reached.
pub struct Reaching {
    /// The proxy for all requests, if there is one.
    pub egress: Option<EgressProxy>,
    /// Whether private and loopback addresses may be connected to.
    pub private_network: bool,
    /// The limits of an answer.
    pub limits: Limits,
    /// Resolves names.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for Reaching {
    /// Without a proxy, to the internet only.
    fn default() -> Self {
        Self {
            egress: None,
            private_network: false,
            limits: Limits::default(),
            lookup: Arc::new(SystemLookup),
        }
    }
}

impl HttpGorgias {
    /// A client for the accounts of a template.
    ///
    /// # Errors
    /// If TLS can't be set up, or the proxy's address is none.
    pub fn new(
        template: GorgiasTemplate,
        clock: Arc<dyn Clock>,
        reaching: Reaching,
    ) -> Result<Self, reqwest::Error> {
        let Reaching {
            egress,
            private_network,
            limits,
            lookup,
        } = reaching;
        // Plain http goes only to private networks, so not to a proxy, which
        // could read the secrets in it.
        let egress = egress.filter(|_| !template.is_plain_http());
        let reach = match (private_network, template.is_plain_http()) {
            (false, _) => Reach::Public,
            (true, false) => Reach::PrivateToo,
            (true, true) => Reach::PrivateOnly,
        };
        let guard = Guard::new(reach, Arc::clone(&lookup));
        let http = reqwest::Client::builder();
        let http = match &egress {
            None => http.no_proxy().dns_resolver(Arc::new(guard.clone())),
            Some(egress) => http
                .proxy(egress.proxy()?)
                .dns_resolver(Arc::new(ProxyOnly(lookup))),
        };
        let http = http
            .user_agent(concat!("mooring/", env!("CARGO_PKG_VERSION")))
            // Bodies are decompressed here, whatever their headers say.
            .no_gzip()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(limits.time)
            // There are many accounts, each asked rarely. And each new
            // connection resolves the name again, which checks it again.
            .pool_idle_timeout(Duration::from_secs(15))
            .build()?;
        Ok(Self {
            template,
            clock,
            limits,
            guard,
            by_proxy: egress.map(|_| LocalNames::default()),
            http,
        })
    }

    /// The template of the accounts.
    pub const fn template(&self) -> &GorgiasTemplate {
        &self.template
    }

    /// The last check before a request: the address comes from the template,
    /// and an IP address in it is allowed (names are checked when they are
    /// resolved).
    pub(crate) fn allowed(&self, url: Result<Url, TemplateError>) -> Result<Url, UpstreamError> {
        let url = url.map_err(|_| Unavailable::Blocked)?;
        self.guard.check(&url).map_err(|_| Unavailable::Blocked)?;
        Ok(url)
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
