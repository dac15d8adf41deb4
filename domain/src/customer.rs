//! What a vendor knows about the customer behind a Gorgias account.

use crate::texts::texts;
use std::str::FromStr;

/// The longest name of a customer, in letters.
pub const LONGEST_NAME: usize = 100;
/// The longest id of a customer in the vendor's own systems, in letters.
pub const LONGEST_EXTERNAL_ID: usize = 100;
/// The longest tag, in letters.
pub const LONGEST_TAG: usize = 40;
/// The longest note, in letters.
pub const LONGEST_NOTE: usize = 2_000;
/// The most tags of an account.
pub const MOST_TAGS: usize = 20;
/// The most contacts of an account.
pub const MOST_CONTACTS: usize = 20;

texts! {
    /// A word that groups accounts: 1–40 letters, without comma, since a list of tags is
    /// written with commas. Large and small letters stay as they were typed.
    Tag: NotATag
}

/// The text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tag has 1 to {LONGEST_TAG} letters and no comma")]
pub struct NotATag;

impl FromStr for Tag {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        let words: Vec<_> = text.split_whitespace().collect();
        let text = words.join(" ");
        let fits = (1..=LONGEST_TAG).contains(&text.chars().count());
        if fits && !text.chars().any(|c| c == ',' || c.is_control()) {
            Ok(Self(text))
        } else {
            Err(NotATag)
        }
    }
}

impl Tag {
    /// What is the same for tags that differ in large and small letters alone.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A language in which customers are written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
    /// German.
    German,
    /// Spanish.
    Spanish,
}

/// The text names no language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is one of en, fr, de, es")]
pub struct NotALanguage;

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::French, Self::German, Self::Spanish];

    /// The code (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
            Self::Spanish => "es",
        }
    }

    /// The name that the vendor's people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "French",
            Self::German => "German",
            Self::Spanish => "Spanish",
        }
    }
}

impl Language {
    /// The name that its speakers read.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
        }
    }
}

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(code: &str) -> Result<Self, NotALanguage> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
            .ok_or(NotALanguage)
    }
}

/// A text of one line with at most so many letters, without blanks around it; `None` if
/// it doesn't fit.
pub fn line(text: &str, most: usize) -> Option<&str> {
    let text = text.trim();
    (text.chars().count() <= most && !text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_short_and_without_commas() {
        let long = "x".repeat(LONGEST_TAG + 1);
        for bad in ["", "  ", "a,b", "a\u{7}b", &long] {
            assert_eq!(bad.parse::<Tag>(), Err(NotATag), "{bad:?}");
        }
        let tag: Tag = " VIP  customer ".parse().unwrap();
        assert_eq!(tag.as_str(), "VIP customer");
        assert_eq!(tag.key(), "vip customer");
        let umlauts = "ä".repeat(LONGEST_TAG);
        assert!(umlauts.parse::<Tag>().is_ok(), "letters count, not bytes");
    }

    #[test]
    fn languages_have_codes() {
        for language in Language::ALL {
            assert_eq!(language.code().parse(), Ok(language));
            assert!(!language.label().is_empty());
        }
        assert_eq!("it".parse::<Language>(), Err(NotALanguage));
    }

    #[test]
    fn lines_have_bounds() {
        assert_eq!(line(" Acme Outdoor ", 12), Some("Acme Outdoor"));
        assert_eq!(line("Acme Outdoors", 12), None);
        assert_eq!(line("two\nlines", 100), None);
    }
}
