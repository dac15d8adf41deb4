//! The words of a mail with a reconnect link.

use domain::{customer::Language, subdomain::Subdomain};

/// Mooring's own words, in English.
pub const OWN_TEXT: &str = Language::English.sentences().mail.text;

/// What stands in braces, and what it means.
pub const PLACEHOLDERS: [(&str, &str); 3] = [
    ("{app}", "the app’s name"),
    ("{subdomain}", "the account’s name at Gorgias"),
    ("{sender}", "who sends it"),
];

/// The most letters of a tenant's own words.
pub const LONGEST_TEXT: usize = 500;

/// A text can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkTextError {
    /// It is too long.
    #[error("This text is too long. {LONGEST_TEXT} letters are the most.")]
    TooLong,
    /// Something in braces is not known.
    #[error("{0} is not known. There are {{app}}, {{subdomain}} and {{sender}}.")]
    UnknownPlaceholder(String),
}

/// Whether this text can be used.
///
/// # Errors
/// [`LinkTextError`].
pub fn check(text: &str) -> Result<(), LinkTextError> {
    if text.chars().count() > LONGEST_TEXT {
        return Err(LinkTextError::TooLong);
    }
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let name = after.split_once('}').map_or(after, |(name, _)| name);
        let found = format!("{{{name}}}");
        if !PLACEHOLDERS.iter().any(|(known, _)| *known == found) {
            return Err(LinkTextError::UnknownPlaceholder(format!("{{{name}}}")));
        }
        rest = after;
    }
    Ok(())
}

/// The text with everything filled in. What is filled in is never filled in again.
pub fn filled_in(text: &str, app: &str, subdomain: &Subdomain, sender: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, next) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(match name {
            "app" => app,
            "subdomain" => subdomain.as_str(),
            "sender" => sender,
            other => other,
        });
        rest = next;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_once() {
        let acme: Subdomain = "acme".parse().unwrap();
        assert_eq!(
            filled_in("{app} at {subdomain}: {sender}.", "{sender}", &acme, "Ann"),
            "{sender} at acme: Ann."
        );
        assert_eq!(filled_in("as it is", "a", &acme, "b"), "as it is");
        for language in Language::ALL {
            assert_eq!(check(language.sentences().mail.text), Ok(()));
        }
    }

    #[test]
    fn unknown_ones_and_long_texts_are_refused() {
        let unknown = LinkTextError::UnknownPlaceholder("{first_nam}".into());
        assert_eq!(check("Hi {first_nam}, {app}"), Err(unknown));
        let open = LinkTextError::UnknownPlaceholder("{app".to_owned() + "}");
        assert_ne!(check("{app and"), Err(open));
        assert!(check("{app and").is_err());
        assert_eq!(check(&"a".repeat(501)), Err(LinkTextError::TooLong));
    }
}
