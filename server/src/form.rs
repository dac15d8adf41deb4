//! What a handler knows of its form.

/// A form of a page.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its name among the forms of its page.
    pub action: &'static str,
    /// The fields whose values are shown again; never a secret.
    pub fields: &'static [&'static str],
    /// Whether what was typed is kept while somebody signs in again.
    pub is_kept: bool,
}

impl Form {
    /// A form with these fields to show again.
    pub const fn new(action: &'static str, fields: &'static [&'static str]) -> Self {
        Self {
            action,
            fields,
            is_kept: false,
        }
    }

    /// The same, and what was typed is kept while somebody signs in again.
    /// It belongs to `pages::FORMS` then.
    #[must_use]
    pub const fn kept(self) -> Self {
        Self {
            is_kept: true,
            ..self
        }
    }
}
