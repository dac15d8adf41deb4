//! The name of a Gorgias account: `acme` in `acme.gorgias.com`.

use crate::texts::texts;
use std::str::FromStr;

texts! {
    /// A checked subdomain: 1–63 of `a-z 0-9 -`, no hyphen at either end and none
    /// at positions 3 and 4 (which would make it an `xn--` name).
    ///
    /// Only ASCII letters are lower-cased: Unicode case folding would let
    /// look-alikes through. Gorgias publishes no rule, so this is the one of DNS
    /// labels (RFC 1035 2.3.1, RFC 5891 4.2.3.1).
    Subdomain: SubdomainError
}

/// Why a text is not the subdomain of a Gorgias account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubdomainError {
    /// Nothing was given.
    #[error("Enter the account's subdomain: the “acme” of acme.gorgias.com.")]
    Empty,
    /// More than 63 characters.
    #[error("A Gorgias subdomain has at most 63 characters.")]
    TooLong,
    /// A character outside `a-z 0-9 -`.
    #[error(
        "A Gorgias subdomain holds only letters a–z, digits and hyphens: the “acme” of acme.gorgias.com."
    )]
    BadCharacter,
    /// A hyphen in a place where none is allowed.
    #[error(
        "A Gorgias subdomain neither starts nor ends with a hyphen, nor has two after its second character."
    )]
    BadHyphen,
    /// Gorgias or others use this name for something other than an account.
    #[error(
        "This is an address of Gorgias' own and no account. Enter the account's subdomain: the “acme” of acme.gorgias.com."
    )]
    Reserved,
}

/// Hosts that are no accounts: known ones, and names that providers use for
/// sites, mail and the like. Other companies run some of them, and must not get
/// a client secret. No shop would have any of these names.
const RESERVED: [&str; 74] = [
    "about",
    "academy",
    "account",
    "accounts",
    "admin",
    "analytics",
    "api",
    "apis",
    "app",
    "apps",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "careers",
    "cdn",
    "click",
    "community",
    "console",
    "dashboard",
    "developer",
    "developers",
    "dns",
    "doc",
    "docs",
    "documentation",
    "download",
    "downloads",
    "email",
    "events",
    "files",
    "ftp",
    "gateway",
    "help",
    "id",
    "images",
    "imap",
    "internal",
    "jobs",
    "learn",
    "links",
    "localhost",
    "login",
    "mail",
    "marketing",
    "marketplace",
    "mcp",
    "media",
    "mx",
    "news",
    "ns",
    "ns1",
    "ns2",
    "oauth",
    "partner",
    "partners",
    "pop",
    "press",
    "signin",
    "signup",
    "smtp",
    "sso",
    "static",
    "status",
    "tracking",
    "trust",
    "webhook",
    "webhooks",
    "webmail",
    "ws",
    "www",
    "www2",
];

impl Subdomain {
    /// The subdomain, if an account can have it. Checked where an account is
    /// named for the first time; stored subdomains are read without this check.
    ///
    /// # Errors
    /// [`SubdomainError::Reserved`]
    pub fn not_reserved(self) -> Result<Self, SubdomainError> {
        if self.is_reserved() {
            Err(SubdomainError::Reserved)
        } else {
            Ok(self)
        }
    }

    /// Whether the name is known not to be an account.
    pub fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.as_str())
    }

    /// Reads what a person typed or pasted: also `acme.gorgias.com` and
    /// `https://acme.gorgias.com/app`, with blanks around.
    ///
    /// # Errors
    /// As [`FromStr`]; use this for forms only, never for what a protocol sends.
    pub fn from_typed(text: &str) -> Result<Self, SubdomainError> {
        let text = text.trim();
        let text = text.strip_prefix("https://").unwrap_or(text);
        let host = text.split('/').next().unwrap_or(text);
        host.strip_suffix(".gorgias.com").unwrap_or(host).parse()
    }
}

impl FromStr for Subdomain {
    type Err = SubdomainError;

    fn from_str(text: &str) -> Result<Self, SubdomainError> {
        if text.is_empty() {
            return Err(SubdomainError::Empty);
        }
        if text.len() > 63 {
            return Err(SubdomainError::TooLong);
        }
        let name = text.to_ascii_lowercase();
        let bytes = name.as_bytes();
        if !bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        {
            return Err(SubdomainError::BadCharacter);
        }
        if bytes.first() == Some(&b'-')
            || bytes.last() == Some(&b'-')
            || bytes.get(2..4) == Some(b"--")
        {
            return Err(SubdomainError::BadHyphen);
        }
        Ok(Self(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// security.md 8
    #[test]
    fn attacks_are_refused() {
        let long = "a".repeat(200);
        for bad in [
            "",
            "evil.com/",
            "a.b",
            "..",
            "@",
            "a@b",
            "#",
            "a#",
            "\\",
            "a\\b",
            "%2e",
            "127.0.0.1",
            "[::1]",
            "ａｃｍｅ",
            "xn--80ak6aa92e",
            "a\r\nb",
            "a b",
            " acme",
            "-a",
            "a-",
            "K\u{212a}",
            &long,
        ] {
            assert!(bad.parse::<Subdomain>().is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn ordinary_names_pass_in_lower_case() {
        assert_eq!("Acme".parse::<Subdomain>().unwrap().as_str(), "acme");
        for good in ["a", "7", "a-b", "a--b", "acme-2", &"a".repeat(63)] {
            assert_eq!(good.parse::<Subdomain>().unwrap().as_str(), good);
        }
    }

    /// security.md 70
    #[test]
    fn s70_addresses_that_are_no_accounts_are_reserved() {
        for name in [
            "www",
            "docs",
            "status",
            "help",
            "api",
            "developers",
            "partners",
            "login",
            "mcp",
            "WWW",
        ] {
            let name: Subdomain = name.parse().unwrap();
            assert_eq!(name.not_reserved(), Err(SubdomainError::Reserved));
        }
        for name in ["acme", "www-shop", "docs2go", "my-api"] {
            assert!(name.parse::<Subdomain>().unwrap().not_reserved().is_ok());
        }
    }

    #[test]
    fn forms_accept_what_people_paste() {
        for typed in [
            "acme",
            " acme ",
            "acme.gorgias.com",
            "https://acme.gorgias.com/app/x",
        ] {
            assert_eq!(Subdomain::from_typed(typed).unwrap().as_str(), "acme");
        }
        assert!(Subdomain::from_typed("https://evil.example/acme.gorgias.com").is_err());
    }

    proptest! {
        #[test]
        fn whatever_passes_is_one_dns_label(text in ".{0,80}") {
            if let Ok(name) = text.parse::<Subdomain>() {
                let name = name.as_str();
                prop_assert!((1..=63).contains(&name.len()));
                prop_assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')));
                prop_assert!(!name.starts_with("xn--"));
            }
        }
    }
}
