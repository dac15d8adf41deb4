//! Optional texts of components.

/// A text that may be left out: made from `&str`, `String` and options of both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionalText(pub Option<String>);

impl From<&str> for OptionalText {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for OptionalText {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl<T: Into<String>> From<Option<T>> for OptionalText {
    fn from(text: Option<T>) -> Self {
        Self(text.map(Into::into))
    }
}
