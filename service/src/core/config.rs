//! The settings of this installation for the use cases.

use super::mail_server::MailSettings;
use domain::{ids::AppId, slug::Slug, time::Span};
use gorgias::{GorgiasTemplate, OutboundOptions};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use url::Url;

/// Settings of the use cases; `server` reads them from flags, variables and the file.
#[derive(Debug, Clone)]
pub struct Config {
    /// The origin that browsers use, without a trailing slash. Redirect URIs
    /// and links are built from it alone.
    pub public_url: String,
    /// The addresses of Gorgias accounts.
    pub gorgias: GorgiasTemplate,
    /// Longest time between two proofs of a connection.
    pub check_interval: Span,
    /// Token requests to Gorgias per second.
    pub refresh_rate: u32,
    /// How long entries of the audit are kept; `None` for ever.
    pub audit_retention: Option<Span>,
    /// The list of breached passwords, if there is one; see
    /// [`crate::people::breached_passwords`].
    pub breached_passwords: Option<PathBuf>,
    /// Where the audit is streamed to, if it is.
    pub audit_stream: Option<StreamTo>,
    /// How mail is sent, if it is.
    pub mail: Option<MailSettings>,
    /// Who makes tenants in the browser; the command line always can.
    pub tenant_creation: TenantCreation,
    /// The folder for files beside the database.
    pub data_dir: PathBuf,
    /// How hosts are reached that a tenant's settings name.
    pub outbound: OutboundOptions,
}

/// Where the stream of the audit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamTo {
    /// Standard output; the log goes to standard error.
    StandardOutput,
    /// A file, to which lines are added.
    File(PathBuf),
}

/// Who makes tenants in the browser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TenantCreation {
    /// Whoever owns a tenant.
    Owners,
    /// Nobody.
    #[default]
    Nobody,
}

impl Config {
    /// The redirect URI of an app (RFC 6749 3.1.2). Each app has its own, so
    /// that one app's code can't be injected into another's callback (RFC 9700
    /// 4.4).
    pub fn redirect_uri(&self, app: AppId) -> String {
        format!("{}/oauth/{app}/callback", self.public_url)
    }

    /// The App URL, to which Gorgias sends a customer who connects the app.
    pub fn install_url(&self, app: AppId) -> String {
        format!("{}/oauth/{app}/install", self.public_url)
    }

    /// The address of a reconnect link.
    pub fn link_url(&self, token: &SecretString) -> SecretString {
        SecretString::from(format!("{}/r/{}", self.public_url, token.expose_secret()))
    }

    /// The address of an invitation.
    pub fn invitation_url(&self, token: &SecretString) -> SecretString {
        SecretString::from(format!(
            "{}/invite/{}",
            self.public_url,
            token.expose_secret()
        ))
    }

    /// The address of a link to set a new password.
    pub fn reset_url(&self, token: &SecretString) -> SecretString {
        SecretString::from(format!(
            "{}/reset/{}",
            self.public_url,
            token.expose_secret()
        ))
    }

    /// The redirect URI of a tenant's single sign-on. Each tenant has its own, so
    /// that one provider's answer can't be brought to another tenant.
    pub fn sso_redirect_uri(&self, tenant: &Slug) -> String {
        format!("{}/sso/{tenant}/callback", self.public_url)
    }

    /// Whether cookies can be `Secure`: everywhere but on plain http of the loopback.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Checks the origin that browsers use.
///
/// # Errors
/// A sentence that names what is wrong and the remedy.
pub fn parse_public_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| {
        format!("“{text}” is not an address; give one such as https://mooring.example.com")
    })?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => (),
        "http" if loopback => (),
        "http" => {
            return Err(format!(
                "“{text}” is not safe: use https, or http on 127.0.0.1 only"
            ));
        }
        _ => {
            return Err(format!(
                "“{text}” is not a web address; give one such as https://mooring.example.com"
            ));
        }
    }
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(format!(
            "“{text}” has more than scheme, host and port; give the origin alone"
        ));
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_pass_and_lose_their_slash() {
        assert_eq!(
            parse_public_url("https://m.example.com/").unwrap(),
            "https://m.example.com"
        );
        assert_eq!(
            parse_public_url("http://127.0.0.1:3000").unwrap(),
            "http://127.0.0.1:3000"
        );
    }

    #[test]
    fn plain_http_off_loopback_and_paths_are_refused() {
        for bad in [
            "http://m.example.com",
            "https://m.example.com/x",
            "ftp://m",
            "m.example.com",
            "https://u@m.example.com",
            "https://m.example.com/?a",
        ] {
            assert!(parse_public_url(bad).is_err(), "{bad}");
        }
    }
}
