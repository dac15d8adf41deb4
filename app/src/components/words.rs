//! Optional words of a part.

/// A text that may be left out: takes `&str`, `String` and options of both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(pub Option<String>);

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl<T: Into<String>> From<Option<T>> for Words {
    fn from(text: Option<T>) -> Self {
        Self(text.map(Into::into))
    }
}
