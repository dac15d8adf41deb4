//! The HTTP client for requests to Gorgias.

use crate::{
    GorgiasTemplate, Unavailable, UpstreamError,
    egress::EgressProxy,
    guard::{Guard, Lookup, Reach, SystemLookup},
    guarded::{Guarded, Limits},
    template::TemplateError,
};
use domain::clock::Clock;
use std::sync::Arc;
use url::Url;

/// Sends requests to Gorgias' accounts: only through the given proxy, without
/// redirects and retries, and every address passes the [`Guard`].
pub struct HttpGorgias {
    pub(crate) template: GorgiasTemplate,
    pub(crate) client: Guarded,
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
        let guard = Guard::new(reach, lookup);
        Ok(Self {
            template,
            client: Guarded::new(guard, egress.as_ref(), clock, limits)?,
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
        self.client.check(&url)?;
        Ok(url)
    }
}
