//! What a token response says about scopes, in all forms that servers send.

use crate::{
    scope::{Scope, ScopeSet},
    scope_catalogue::CATALOGUE,
};

/// What an answer says about the scopes of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted {
    /// These scopes, at least one.
    Told(ScopeSet),
    /// Nothing: the scopes are those of the request (RFC 6749 5.1) or, on a
    /// refresh, those granted before (RFC 6749 6).
    NotTold,
    /// Something unreadable: the scopes are unknown, never taken for all of them.
    Unreadable,
}

impl Granted {
    /// Reads the texts of a `scope`: one text, or the elements of an array.
    ///
    /// RFC 6749 3.3 has one text with blanks between scopes. Servers also send
    /// commas, semicolons, plus signs or `%20` there, separators at the end, an
    /// array or the text of one, and capitals. The meaning is strict: if one
    /// piece can't be a scope, or there is none, the scopes are unknown.
    pub fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scopes = Vec::new();
        for text in texts {
            match pieces(text) {
                Some(some) => scopes.extend(some),
                None => return Self::Unreadable,
            }
        }
        if scopes.is_empty() {
            Self::Unreadable
        } else {
            Self::Told(scopes.into_iter().collect())
        }
    }

    /// The scopes, if the answer named them.
    pub const fn told(&self) -> Option<&ScopeSet> {
        match self {
            Self::Told(scopes) => Some(scopes),
            Self::NotTold | Self::Unreadable => None,
        }
    }
}

fn pieces(text: &str) -> Option<Vec<Scope>> {
    let text = decoded(text.trim())?;
    let mut inner = text.as_str();
    let array = inner.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let quotes: &[char] = if array.is_some() { &['"', '\''] } else { &[] };
    inner = array.unwrap_or(inner);
    let separates = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ';');
    // A plus means a blank only where the text is still form-encoded.
    let plus = !inner.contains(separates);
    inner
        .split(|c| separates(c) || (plus && c == '+'))
        .map(|piece| piece.trim_matches(quotes))
        .filter(|piece| !piece.is_empty())
        .map(scope)
        .collect()
}

/// A scope. One of the catalogue is also found in capitals, since no two of
/// them differ only in case.
fn scope(piece: &str) -> Option<Scope> {
    let known = CATALOGUE
        .iter()
        .find(|entry| entry.code.eq_ignore_ascii_case(piece));
    match known {
        Some(entry) => Some(entry.scope()),
        None => piece.parse().ok(),
    }
}

/// The text without percent-encoding (RFC 3986 2.1), which no scope needs.
fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: Option<u8>| char::from(b?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(16 * high + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scopes_are_read_in_every_form() {
        let two = Granted::Told("offline tickets:read".parse().unwrap());
        for text in [
            "offline tickets:read",
            "tickets:read offline offline",
            "  offline \t tickets:read\r\n",
            "offline,tickets:read",
            "offline, tickets:read,",
            "offline;tickets:read;",
            "offline+tickets:read",
            "offline%20tickets:read",
            "offline%20tickets%3Aread",
            "offline%2Ctickets:read",
            "[\"offline\",\"tickets:read\"]",
            "['offline', 'tickets:read']",
            "[offline tickets:read]",
            "OFFLINE Tickets:Read",
        ] {
            assert_eq!(Granted::read([text]), two, "{text}");
        }
        assert_eq!(Granted::read(["offline", "tickets:read", "offline"]), two);
        assert_eq!(Granted::read(["offline,", " tickets:read"]), two);
    }

    #[test]
    fn scopes_that_nobody_knows_keep_their_case() {
        let told = Granted::read(["Voice:Read a+b x"]);
        assert_eq!(told, Granted::Told("Voice:Read a+b x".parse().unwrap()));
    }

    #[test]
    fn what_can_not_be_read_is_unknown() {
        let long = "x".repeat(101);
        for text in [
            "",
            "  ",
            ",",
            "[]",
            "\"\"",
            "offline \"tickets:read\"",
            "offline tickets\\read",
            "offline tïckets:read",
            "offline\u{0}",
            "offline %zz",
            "offline %e9",
            long.as_str(),
        ] {
            assert_eq!(Granted::read([text]), Granted::Unreadable, "{text}");
        }
        assert_eq!(Granted::read([]), Granted::Unreadable);
        assert_eq!(Granted::read(["offline", "\"a"]), Granted::Unreadable);
    }

    proptest! {
        #[test]
        fn what_was_told_is_told_again(text in "\\PC{0,80}") {
            if let Granted::Told(scopes) = Granted::read([text.as_str()]) {
                prop_assert!(!scopes.is_empty());
                prop_assert!(scopes.to_string().parse::<ScopeSet>().is_ok());
            }
        }
    }
}
