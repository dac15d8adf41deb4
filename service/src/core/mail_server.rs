//! The mail server of the settings.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use url::{Host, Url};

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The server that takes it.
    pub server: MailServer,
    /// The address that every mail comes from.
    pub from: String,
    /// How many mails a tenant may send in an hour, and so many go to people
    /// about themselves.
    pub per_hour: u32,
}

/// A server that takes mail for others (RFC 6409).
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// The only authority whose certificate is accepted, in PEM; else the system's.
    pub authority: Option<PathBuf>,
    /// User name and password, if the server wants them.
    pub login: Option<(String, SecretString)>,
}

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte (RFC 8314 3.3).
    Implicit,
    /// By STARTTLS (RFC 3207); without it, nothing is sent.
    StartTls,
    /// Not at all.
    Off,
}

/// The address doesn't name a mail server that could be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailServerError {
    /// It is no address.
    #[error(
        "it is not an address of a mail server; give one such as smtps://user:password@smtp.example.com"
    )]
    NotAnAddress,
    /// An option isn't known.
    #[error("the option {0} is not known; there are tls=on, tls=off and tls_authority=PATH")]
    UnknownOption(String),
    /// A password would go in plain text.
    #[error(
        "with tls=off, user name and password would be sent in plain text; leave one of them out"
    )]
    PlainPassword,
    /// smtps with tls=off.
    #[error("smtps:// is encrypted, so tls=off can't be; give smtp:// for a server without TLS")]
    Contradiction,
}

impl MailServer {
    /// Reads `smtps://` (TLS from the first byte, port 465) or `smtp://`
    /// (STARTTLS, port 587), each with `user:password@` if the server wants them.
    /// On this machine, `smtp://` needs no TLS; elsewhere `?tls=off` says so.
    ///
    /// # Errors
    /// [`MailServerError`], which doesn't quote the address.
    pub fn parse(address: &SecretString) -> Result<Self, MailServerError> {
        let url = Url::parse(address.expose_secret()).map_err(|_| MailServerError::NotAnAddress)?;
        let (mut tls, port) = match url.scheme() {
            "smtps" => (MailTls::Implicit, 465),
            "smtp" => (MailTls::StartTls, 587),
            _ => return Err(MailServerError::NotAnAddress),
        };
        // The parser knows hosts of web addresses alone, and leaves others as they are.
        let host = url.host_str().and_then(|host| Host::parse(host).ok());
        let host = host.ok_or(MailServerError::NotAnAddress)?;
        let here = match &host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let login = match (decoded(url.username()), url.password().map(decoded)) {
            (user, Some(password)) if !user.is_empty() => Some((user, password.into())),
            (user, None) if user.is_empty() => None,
            _ => return Err(MailServerError::NotAnAddress),
        };
        let (mut off, mut authority) = (here, None);
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("tls", "off") => off = true,
                ("tls", "on") => off = false,
                ("tls_authority", path) => {
                    (off, authority) = (false, Some(PathBuf::from(path)));
                }
                _ => return Err(MailServerError::UnknownOption(name.into_owned())),
            }
        }
        match tls {
            MailTls::Implicit if off && !here => return Err(MailServerError::Contradiction),
            MailTls::StartTls if off && login.is_some() && !here => {
                return Err(MailServerError::PlainPassword);
            }
            MailTls::StartTls if off => tls = MailTls::Off,
            _ => (),
        }
        Ok(Self {
            host: match host {
                Host::Ipv6(address) => address.to_string(),
                other => other.to_string(),
            },
            port: url.port().unwrap_or(port),
            tls,
            authority,
            login,
        })
    }

    /// Whether mails cross a network unencrypted.
    pub fn is_plain_elsewhere(&self) -> bool {
        let here = self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback());
        self.tls == MailTls::Off && !here
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, u16, MailTls, Option<String>), MailServerError> {
        let server = MailServer::parse(&SecretString::from(text))?;
        let login = server.login;
        let login = login.map(|(user, password)| format!("{user}/{}", password.expose_secret()));
        Ok((server.host, server.port, server.tls, login))
    }

    #[test]
    fn addresses_are_read() {
        let is = |host: &str, port, tls, login: Option<&str>| {
            Ok((host.to_owned(), port, tls, login.map(str::to_owned)))
        };
        assert_eq!(
            parsed("smtps://ann%40x.example:p%2Fw+d@smtp.example.com"),
            is(
                "smtp.example.com",
                465,
                MailTls::Implicit,
                Some("ann@x.example/p/w+d")
            )
        );
        assert_eq!(
            parsed("smtp://smtp.example.com"),
            is("smtp.example.com", 587, MailTls::StartTls, None)
        );
        assert_eq!(
            parsed("smtp://127.0.0.1:2525"),
            is("127.0.0.1", 2525, MailTls::Off, None)
        );
        assert_eq!(
            parsed("smtp://localhost:2525?tls=on"),
            is("localhost", 2525, MailTls::StartTls, None)
        );
        assert_eq!(
            parsed("smtp://relay:25?tls=off"),
            is("relay", 25, MailTls::Off, None)
        );
    }

    /// Nothing goes in plain text to another machine unless the address says so,
    /// and a password never does.
    #[test]
    fn plain_text_has_to_be_asked_for() {
        for (text, error) in [
            ("smtp://u:p@relay?tls=off", MailServerError::PlainPassword),
            ("smtps://relay?tls=off", MailServerError::Contradiction),
            (
                "smtp://relay?tls=none",
                MailServerError::UnknownOption("tls".into()),
            ),
            ("https://relay", MailServerError::NotAnAddress),
            ("smtp://u@relay", MailServerError::NotAnAddress),
            ("relay:25", MailServerError::NotAnAddress),
        ] {
            assert_eq!(parsed(text), Err(error), "{text}");
        }
        let server = MailServer::parse(&SecretString::from("smtp://relay?tls=off"));
        assert!(server.unwrap().is_plain_elsewhere());
    }
}
