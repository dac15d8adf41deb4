//! The addresses of accounts.

use crate::address::{Network, network};
use domain::{scope::ScopeSet, subdomain::Subdomain};
use url::{Host, Url};

const MARK: &str = "{subdomain}";

/// An address with `{subdomain}` in it once, in the host or in the path, such
/// as `https://{subdomain}.gorgias.com`. Filled and without a trailing slash it
/// is the issuer, which is compared as a string. So it is kept as it was given,
/// and a template that a URL parser would change is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GorgiasTemplate {
    text: String,
    form_action: String,
    plain_http: bool,
}

/// Why a text is no template, or can't be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{subdomain}` is missing or occurs twice.
    #[error(
        "the address of Gorgias must hold {MARK} exactly once; give one such as https://{MARK}.gorgias.com"
    )]
    Mark,
    /// The text is no address.
    #[error(
        "the address of Gorgias is not a web address; give one such as https://{MARK}.gorgias.com"
    )]
    NotAnAddress,
    /// The scheme is not https, and not http to a simulator.
    #[error(
        "the address of Gorgias must begin with https://; http:// is only for a simulator on a loopback or private host, with private networks allowed"
    )]
    Scheme,
    /// It has credentials, a query or a fragment.
    #[error(
        "the address of Gorgias may hold a scheme, a host, a port and a path, and nothing else"
    )]
    TooMuch,
    /// `{subdomain}` would be the whole host.
    #[error("the address of Gorgias needs a domain after {MARK}, as in {MARK}.gorgias.com")]
    NoDomain,
    /// A URL parser writes it in another form.
    #[error("the address of Gorgias is not in its usual form; write it as {0}")]
    Form(String),
    /// The filled address leads elsewhere.
    #[error("the account's subdomain gives no address at Gorgias")]
    Elsewhere,
}

/// The parameters of an authorization request (RFC 6749 4.1.1).
#[derive(Debug, Clone, Copy)]
pub struct AuthorizeParams<'a> {
    /// The app's client id.
    pub client_id: &'a str,
    /// Registered with the app; sent again, unchanged, with the code.
    pub redirect_uri: &'a str,
    /// The requested scopes.
    pub scope: &'a ScopeSet,
    /// Binds the callback to the browser.
    pub state: &'a str,
    /// Binds the id_token to the request.
    pub nonce: &'a str,
    /// The S256 challenge (RFC 7636 4.3), if the app has PKCE turned on.
    pub pkce_challenge: Option<&'a str>,
}

impl GorgiasTemplate {
    /// Checks a template. `private_network` says whether it may lead to a
    /// private or loopback address, and so use plain http.
    ///
    /// # Errors
    /// Names what is wrong and the remedy.
    pub fn parse(text: &str, private_network: bool) -> Result<Self, TemplateError> {
        let text = text.trim().trim_end_matches('/');
        if text.matches(MARK).count() != 1 {
            return Err(TemplateError::Mark);
        }
        let sample = text.replace(MARK, "acme");
        let url = Url::parse(&sample).map_err(|_| TemplateError::NotAnAddress)?;
        let plain_http = match url.scheme() {
            "https" => false,
            "http" if private_network && is_private(&url) => true,
            _ => return Err(TemplateError::Scheme),
        };
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
            || text.contains(['?', '#', '@'])
        {
            return Err(TemplateError::TooMuch);
        }
        let usual = url.as_str().trim_end_matches('/');
        if usual != sample {
            let end = usual.replacen("acme", MARK, 1);
            return Err(TemplateError::Form(end));
        }
        let form_action = form_action(text).ok_or(TemplateError::NoDomain)?;
        let template = Self {
            text: text.to_owned(),
            form_action,
            plain_http,
        };
        // The domain itself must not make a number into an IP address.
        template.fill("1", "")?;
        Ok(template)
    }

    /// The issuer of an account. `iss` of a callback is compared with it as a
    /// string (RFC 9207 2.4), other evidence by [`Self::names`].
    pub fn issuer(&self, account: &Subdomain) -> String {
        self.text.replace(MARK, account.as_str())
    }

    /// Whether a text names the account: as its issuer, as its host or by its
    /// subdomain alone, in any case, with or without scheme and trailing slash.
    /// `None` if it can't be a name at all, such as a title.
    pub fn names(&self, account: &Subdomain, text: &str) -> Option<bool> {
        let bare = |text: &str| {
            let text = text.trim().to_ascii_lowercase();
            let rest = ["https://", "http://"]
                .iter()
                .find_map(|scheme| text.strip_prefix(scheme))
                .unwrap_or(&text);
            rest.trim_end_matches(['/', '.']).to_owned()
        };
        let name = bare(text);
        let part = |b: u8| b.is_ascii_alphanumeric() || b"-._:/[]".contains(&b);
        if name.is_empty() || !name.bytes().all(part) {
            return None;
        }
        Some(name == account.as_str() || name == bare(&self.issuer(account)))
    }

    /// Whether requests go out without TLS, to a simulator.
    pub const fn is_plain_http(&self) -> bool {
        self.plain_http
    }

    /// The address where a customer's browser asks for approval.
    ///
    /// # Errors
    /// [`TemplateError::Elsewhere`]
    pub fn authorize_url(
        &self,
        account: &Subdomain,
        params: &AuthorizeParams<'_>,
    ) -> Result<Url, TemplateError> {
        let mut url = self.probe_url(account, params)?;
        url.query_pairs_mut()
            .append_pair("state", params.state)
            .append_pair("nonce", params.nonce);
        if let Some(challenge) = params.pkce_challenge {
            url.query_pairs_mut()
                .append_pair("code_challenge", challenge)
                .append_pair("code_challenge_method", "S256");
        }
        Ok(url)
    }

    /// The authorize address without the parameters of any authorization. It is
    /// asked before an unknown account gets the app's credentials.
    ///
    /// # Errors
    /// [`TemplateError::Elsewhere`]
    pub fn probe_url(
        &self,
        account: &Subdomain,
        params: &AuthorizeParams<'_>,
    ) -> Result<Url, TemplateError> {
        let mut url = self.fill(account.as_str(), "/oauth/authorize")?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", params.client_id)
            .append_pair("redirect_uri", params.redirect_uri)
            .append_pair("scope", &params.scope.to_string());
        Ok(url)
    }

    /// The token endpoint, for codes and refresh tokens.
    ///
    /// # Errors
    /// [`TemplateError::Elsewhere`]
    pub fn token_url(&self, account: &Subdomain) -> Result<Url, TemplateError> {
        self.fill(account.as_str(), "/oauth/token")
    }

    /// The revocation endpoint.
    ///
    /// # Errors
    /// [`TemplateError::Elsewhere`]
    pub fn revoke_url(&self, account: &Subdomain) -> Result<Url, TemplateError> {
        self.fill(account.as_str(), "/oauth/revoke")
    }

    /// The API's address for facts about the account.
    ///
    /// # Errors
    /// [`TemplateError::Elsewhere`]
    pub fn account_url(&self, account: &Subdomain) -> Result<Url, TemplateError> {
        self.fill(account.as_str(), "/api/account")
    }

    /// The address where an app that isn't approved yet can be installed.
    ///
    /// # Errors
    /// [`TemplateError::Elsewhere`]
    pub fn preview_url(&self, account: &Subdomain, client_id: &str) -> Result<Url, TemplateError> {
        let mut url = self.fill(account.as_str(), "/app/settings/integrations/app")?;
        url.path_segments_mut()
            .map_err(|()| TemplateError::Elsewhere)?
            .push(client_id);
        Ok(url)
    }

    /// The source for a page's `form-action` (CSP 3, 6.4.1) that allows a form
    /// to lead to any account.
    pub fn form_action_source(&self) -> &str {
        &self.form_action
    }

    /// security.md 8: whatever a subdomain holds, the filled address is exactly
    /// the intended one, or there is none. A [`Subdomain`] can't hold anything
    /// that leads elsewhere; this check stays in case that one fails.
    fn fill(&self, subdomain: &str, path: &str) -> Result<Url, TemplateError> {
        let one_label = !subdomain.is_empty()
            && subdomain
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let base = self.text.replace(MARK, subdomain);
        let wanted = format!("{base}{path}");
        let url = Url::parse(&wanted).map_err(|_| TemplateError::Elsewhere)?;
        let host_is_template = split(&self.text)
            .is_some_and(|(host, _)| url.host_str() == Some(&host.replace(MARK, subdomain)));
        // A host that contains a name is never an IP address.
        let kind_is_right = !self.in_host() || matches!(url.host(), Some(Host::Domain(_)));
        let as_meant = url.as_str().trim_end_matches('/') == wanted.trim_end_matches('/');
        if one_label && host_is_template && kind_is_right && as_meant && url.username().is_empty() {
            Ok(url)
        } else {
            Err(TemplateError::Elsewhere)
        }
    }

    fn in_host(&self) -> bool {
        split(&self.text).is_some_and(|(host, _)| host.contains(MARK))
    }
}

/// Host (with brackets, as `Url::host_str` gives it) and `:port` of a template or address.
fn split(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split('/').next()?;
    let end = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    authority.split_at_checked(end)
}

fn form_action(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once("://")?;
    let (host, port) = split(text)?;
    let Some((_, after)) = host.split_once(MARK) else {
        return Some(format!("{scheme}://{host}{port}"));
    };
    // A wildcard matches whole labels only.
    let (_, domain) = after.split_once('.')?;
    (!domain.is_empty()).then(|| format!("{scheme}://*.{domain}{port}"))
}

/// Whether a host can only be private. Names are judged by their spelling here,
/// and by their addresses when a connection is made.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => network(ip.into()) == Network::Private,
        Some(Host::Ipv6(ip)) => network(ip.into()) == Network::Private,
        Some(Host::Domain(name)) => {
            !name.contains('.')
                || [".localhost", ".internal", ".local", ".test", ".home.arpa"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
        None => false,
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
