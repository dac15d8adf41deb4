//! The short name of a tenant or an app in URLs.

use crate::texts::texts;
use std::str::FromStr;

texts! {
    /// 1–40 of `a-z 0-9 -`, beginning with a letter, not ending with a hyphen.
    ///
    /// It can't look like a UUID, so that `{app}` in a URL is always clearly
    /// one or the other.
    Slug: SlugError
}

/// The text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Use 1 to 40 small letters, digits and hyphens, beginning with a letter, such as “returns-app”."
)]
pub struct SlugError;

impl Slug {
    /// A slug made from a name: “Returns & Co” gives `returns-co`. `None` if
    /// the name has no ASCII letter to begin with.
    pub fn suggest(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(40);
        slug.trim_matches('-').parse().ok()
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let good = (1..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        // A UUID may begin with a letter; only its exact shape is refused.
        let shape = text.len() == 36 && text.bytes().filter(|b| *b == b'-').count() == 4;
        if good && !shape {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_slugs() {
        assert_eq!(
            Slug::suggest("Returns & Co").unwrap().as_str(),
            "returns-co"
        );
        assert_eq!(Slug::suggest("  Loyalty  "), "loyalty".parse().ok());
        assert_eq!(Slug::suggest("返品"), None);
    }

    #[test]
    fn ids_and_odd_texts_are_not_slugs() {
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a_b",
            "a/b",
            "1a",
            "a190b5c1-7c3e-7000-8000-000000000000",
        ] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
