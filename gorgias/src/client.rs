//! Gorgias over HTTP.

use crate::{
    AccountInfo, AuthorizeParams, ClientCredentials, Gorgias, GorgiasTemplate, Grant, NoAccount,
    Renewal, Unavailable, UpstreamError,
    answer::Answer,
    egress::{EgressProxy, LocalNames, ProxyOnly},
    guard::{Guard, GuardError, Lookup, Reach, SystemLookup},
    response::{self, Asked},
    template::TemplateError,
};
use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use domain::clock::Clock;
use domain::{basic_encoding::BasicEncoding, subdomain::Subdomain};
use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use std::{error::Error, io, sync::Arc, time::Duration};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

/// How long and how much an answer may be.
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

/// Talks to Gorgias' accounts: no proxy but the one that it is given, no
/// redirects, no retries of its own, and every address passes the [`Guard`].
pub struct HttpGorgias {
    template: GorgiasTemplate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) guard: Guard,
    /// If a proxy resolves names: what is known of them here.
    pub(crate) by_proxy: Option<LocalNames>,
    pub(crate) http: reqwest::Client,
}

impl HttpGorgias {
    /// A client for the accounts of a template. `private_network` lets it
    /// connect to private and loopback addresses.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(
        template: GorgiasTemplate,
        private_network: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let lookup = Arc::new(SystemLookup);
        Self::with(template, private_network, clock, Limits::default(), lookup)
    }

    /// As [`Self::new`], by the way out that there is.
    ///
    /// # Errors
    /// If TLS can't be set up, or the proxy's address is none.
    pub fn through(
        egress: Option<&EgressProxy>,
        template: GorgiasTemplate,
        private_network: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let lookup = Arc::new(SystemLookup);
        let limits = Limits::default();
        Self::build(egress, template, private_network, clock, limits, lookup)
    }

    /// As [`Self::new`], with limits and a way to look names up.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn with(
        template: GorgiasTemplate,
        private_network: bool,
        clock: Arc<dyn Clock>,
        limits: Limits,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, reqwest::Error> {
        Self::build(None, template, private_network, clock, limits, lookup)
    }

    /// As [`Self::through`], with limits and a way to look names up.
    ///
    /// # Errors
    /// As [`Self::through`].
    pub fn build(
        egress: Option<&EgressProxy>,
        template: GorgiasTemplate,
        private_network: bool,
        clock: Arc<dyn Clock>,
        limits: Limits,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, reqwest::Error> {
        // Plain http goes no further than private networks, so not to a proxy,
        // which would read the secrets in it.
        let egress = egress.filter(|_| !template.is_plain_http());
        let reach = match (private_network, template.is_plain_http()) {
            (false, _) => Reach::Public,
            (true, false) => Reach::PrivateToo,
            (true, true) => Reach::PrivateOnly,
        };
        let guard = Guard::new(reach, Arc::clone(&lookup));
        let http = reqwest::Client::builder();
        let http = match egress {
            None => http.no_proxy().dns_resolver(Arc::new(guard.clone())),
            Some(egress) => http
                .proxy(egress.proxy()?)
                .dns_resolver(Arc::new(ProxyOnly(lookup))),
        };
        let http = http
            .user_agent(concat!("mooring/", env!("CARGO_PKG_VERSION")))
            // Bodies are unpacked here, whatever their headers say.
            .no_gzip()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(limits.time)
            // Accounts are many and asked seldom; and a name is resolved, and
            // so checked, again for each new connection.
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

    /// The template whose accounts are asked.
    pub const fn template(&self) -> &GorgiasTemplate {
        &self.template
    }

    async fn post(
        &self,
        url: Result<Url, TemplateError>,
        client: &ClientCredentials,
        form: &[(&str, &str)],
    ) -> Result<Answer, UpstreamError> {
        let url = self.allowed(url)?;
        let request = self
            .http
            .post(url)
            .header(AUTHORIZATION, basic(client)?)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode(form));
        self.send(request).await
    }

    async fn tokens(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        form: &[(&str, &str)],
        asked: Asked,
    ) -> Result<Renewal, UpstreamError> {
        let url = self.template.token_url(account);
        let answer = self.post(url, client, form).await?;
        let now = self.clock.now();
        let Answer {
            status, headers, ..
        } = &answer;
        response::tokens(*status, headers, now, answer.text(), asked)
    }

    /// The last check before a request: the address is the template's, and an
    /// IP address in it is allowed (names are checked when they are resolved).
    pub(crate) fn allowed(&self, url: Result<Url, TemplateError>) -> Result<Url, UpstreamError> {
        let url = url.map_err(|_| Unavailable::Blocked)?;
        self.guard.check(&url).map_err(|_| Unavailable::Blocked)?;
        Ok(url)
    }
}

#[async_trait]
impl Gorgias for HttpGorgias {
    async fn exchange_code(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        code: &SecretString,
        redirect_uri: &str,
        pkce_verifier: Option<&SecretString>,
    ) -> Result<Grant, UpstreamError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", redirect_uri),
        ];
        if let Some(verifier) = pkce_verifier {
            form.push(("code_verifier", verifier.expose_secret()));
        }
        match self.tokens(client, account, &form, Asked::Code).await? {
            Renewal::Grant(grant) => Ok(grant),
            Renewal::Leftover(leftover) => Err(leftover.why.into()),
        }
    }

    async fn probe(
        &self,
        account: &Subdomain,
        params: &AuthorizeParams<'_>,
    ) -> Result<(), NoAccount> {
        self.look(account, params).await
    }

    async fn refresh(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        refresh_token: &SecretString,
    ) -> Result<Renewal, UpstreamError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
        ];
        self.tokens(client, account, &form, Asked::Refresh).await
    }

    async fn revoke(
        &self,
        client: &ClientCredentials,
        account: &Subdomain,
        token: &SecretString,
    ) -> Result<(), UpstreamError> {
        let url = self.template.revoke_url(account);
        let form = [("token", token.expose_secret())];
        let answer = self.post(url, client, &form).await?;
        if answer.status.is_success() {
            Ok(())
        } else {
            let (headers, now) = (&answer.headers, self.clock.now());
            Err(response::refusal(
                answer.status,
                headers,
                now,
                answer.text(),
            ))
        }
    }

    async fn account(
        &self,
        account: &Subdomain,
        access_token: &SecretString,
    ) -> Result<AccountInfo, UpstreamError> {
        let url = self.allowed(self.template.account_url(account))?;
        let bearer = Zeroizing::new(format!("Bearer {}", access_token.expose_secret()));
        let request = self.http.get(url).header(AUTHORIZATION, secret(bearer)?);
        let answer = self.send(request).await?;
        match (answer.status, answer.broken) {
            (StatusCode::UNAUTHORIZED, _) => Err(UpstreamError::Unauthorized),
            (_, Some(why)) => Err(why.into()),
            (StatusCode::OK, None) => Ok(response::account(&answer.body)?),
            (status, None) if status.is_redirection() => Err(Unavailable::Redirected.into()),
            (other, None) => Err(Unavailable::Status(other.as_u16()).into()),
        }
    }
}

/// HTTP Basic (RFC 7617) with client id and secret, form-encoded first if the
/// app is set so (RFC 6749 2.3.1).
fn basic(client: &ClientCredentials) -> Result<HeaderValue, UpstreamError> {
    let (id, password) = (&client.client_id, client.client_secret.expose_secret());
    let mut pair = Zeroizing::new(String::with_capacity(3 * (id.len() + password.len()) + 1));
    match client.encoding {
        BasicEncoding::Raw => pair.extend([id, ":", password]),
        BasicEncoding::Form => {
            pair.extend(form_urlencoded::byte_serialize(id.as_bytes()));
            pair.push(':');
            pair.extend(form_urlencoded::byte_serialize(password.as_bytes()));
        }
    }
    let mut header = Zeroizing::new(String::with_capacity(8 + pair.len().div_ceil(3) * 4));
    header.push_str("Basic ");
    BASE64_STANDARD.encode_string(pair.as_bytes(), &mut header);
    secret(header)
}

/// A header that is wiped after use and never shown by `Debug`.
fn secret(text: Zeroizing<String>) -> Result<HeaderValue, UpstreamError> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text))
        .map_err(|_| Unavailable::Nonsense("the stored token can't be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A form's body, wiped after use.
fn encode(form: &[(&str, &str)]) -> Bytes {
    let room = form.iter().map(|(k, v)| k.len() + 3 * v.len() + 2).sum();
    let text = form_urlencoded::Serializer::new(String::with_capacity(room))
        .extend_pairs(form)
        .finish();
    Bytes::from_owner(Zeroizing::new(text))
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
        // What an io::Error holds is not among its sources.
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
        // rustls reports all that it dislikes this way.
        Some(io::ErrorKind::InvalidData) if error.is_connect() => Unavailable::Tls,
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => Unavailable::Reset,
        _ if error.is_connect() => Unavailable::Connect,
        _ => Unavailable::Reset,
    }
}
