//! Rules of passkeys (WebAuthn).

use std::net::Ipv4Addr;

/// So many passkeys a person may have.
pub const MOST: u64 = 10;

/// The longest name of a passkey, in letters.
pub const LONGEST_NAME: u32 = 60;

/// The domain to which passkeys of an origin belong; `None` if its host is an IP
/// address, which can't be one (WebAuthn, “RP ID”).
pub fn domain_of(origin: &str) -> Option<&str> {
    let (_, rest) = origin.split_once("://")?;
    // An IPv6 address stands in brackets.
    let host = rest.split([':', '/']).next()?;
    let is_address = rest.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
    (!host.is_empty() && !is_address).then_some(host)
}

/// The name that a person gives to a passkey, without spaces around it; `None` if
/// it won't do.
pub fn name(text: &str) -> Option<&str> {
    let name = text.trim();
    let fits = (1..=LONGEST_NAME as usize).contains(&name.chars().count());
    (fits && !name.chars().any(char::is_control)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_domains_and_addresses_are_none() {
        for (origin, domain) in [
            ("https://mooring.example.com", Some("mooring.example.com")),
            (
                "https://mooring.example.com:8443",
                Some("mooring.example.com"),
            ),
            ("http://localhost:3000", Some("localhost")),
            ("http://mooring.localhost:3000", Some("mooring.localhost")),
            ("https://1.example", Some("1.example")),
            ("http://127.0.0.1:3000", None),
            ("https://192.0.2.7", None),
            ("http://[::1]:3000", None),
            ("https://[2001:db8::7]", None),
            ("https://", None),
            ("mooring.example.com", None),
        ] {
            assert_eq!(domain_of(origin), domain, "{origin}");
        }
    }

    #[test]
    fn names_have_letters_and_an_end() {
        let longest = LONGEST_NAME as usize;
        assert_eq!(name(" Pixel 9 "), Some("Pixel 9"));
        assert!(name(&"ü".repeat(longest)).is_some());
        for bad in ["", "  ", "a\u{0}b", &"a".repeat(longest + 1)] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }
}
