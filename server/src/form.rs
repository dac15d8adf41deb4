//! The properties of a form that its handler needs.

/// A form of a page.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its name among the forms of its page.
    pub action: &'static str,
    /// The fields whose values are shown again; never a secret.
    pub fields: &'static [&'static str],
    /// Whether the typed values are kept while the person signs in again.
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

    /// The same form, but its typed values are kept while the person signs in
    /// again. Such a form has to be in `pages::FORMS`.
    #[must_use]
    pub const fn kept(self) -> Self {
        Self {
            is_kept: true,
            ..self
        }
    }
}
