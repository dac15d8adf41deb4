//! The issuer of a provider, as an owner enters it.

use gorgias::OutboundOptions;
use url::Url;

/// An issuer (OpenID Connect Core 1.0, 2): an https URL without query and
/// fragment. It is compared letter by letter, so it is kept as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// The issuer of all accounts at Google, of companies and of everybody else.
pub(crate) const GOOGLE: &str = "https://accounts.google.com";

/// The text is no issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// No https URL.
    #[error("An issuer begins with https, such as https://acme.okta.com. The provider names it.")]
    NotHttps,
    /// Something follows the path, or a name stands before the host.
    #[error("An issuer has no user, query or fragment. Leave out what follows “?” or “#”.")]
    TooMuch,
    /// It is too long.
    #[error("An issuer has 300 characters at most.")]
    TooLong,
}

impl Issuer {
    /// Reads an issuer. Plain http is for providers on this machine, where the
    /// settings allow it.
    ///
    /// # Errors
    /// [`IssuerError`].
    pub fn parse(text: &str, options: &OutboundOptions) -> Result<Self, IssuerError> {
        let text = text.trim();
        if text.len() > 300 {
            return Err(IssuerError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| IssuerError::NotHttps)?;
        let secure =
            url.scheme() == "https" || (url.scheme() == "http" && options.allows_plain(&url));
        if !secure || url.host().is_none() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(IssuerError::NotHttps);
        }
        let bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare {
            return Err(IssuerError::TooMuch);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// The issuer, letter by letter.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, for people.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether anybody in the world can sign in there.
    pub fn is_for_everybody(&self) -> bool {
        self.text.trim_end_matches('/') == GOOGLE
    }

    /// Where its description is (OpenID Connect Discovery 1.0, 4).
    pub(super) fn discovery_url(&self) -> Url {
        let mut url = self.url.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{path}/.well-known/openid-configuration"));
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Issuer, IssuerError> {
        Issuer::parse(text, &OutboundOptions::default())
    }

    #[test]
    fn the_description_lies_below_the_issuer() {
        for (issuer, url) in [
            (
                "https://a.example",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                " https://a.example/realms/b ",
                "https://a.example/realms/b/.well-known/openid-configuration",
            ),
        ] {
            let issuer = parse(issuer).unwrap();
            assert_eq!(issuer.discovery_url().as_str(), url);
            assert_eq!(issuer.host(), "a.example");
        }
        assert_eq!(
            parse("https://a.example/").unwrap().as_str(),
            "https://a.example/"
        );
    }

    #[test]
    fn what_is_no_issuer_is_refused() {
        for bad in [
            "",
            "a.example",
            "http://a.example",
            "http://127.0.0.1",
            "ftp://a",
            "https://ä.example",
        ] {
            assert_eq!(parse(bad), Err(IssuerError::NotHttps), "{bad}");
        }
        for bad in [
            "https://a.example?x",
            "https://a.example#x",
            "https://u@a.example",
        ] {
            assert_eq!(parse(bad), Err(IssuerError::TooMuch), "{bad}");
        }
        let long = format!("https://a.example/{}", "x".repeat(300));
        assert_eq!(parse(&long), Err(IssuerError::TooLong));
    }
}
