//! What a handler knows of its form.

/// A form of a page.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its name among the forms of its page.
    pub action: &'static str,
    /// The fields whose values are shown again, and kept while somebody signs
    /// in again; never a secret.
    pub fields: &'static [&'static str],
}

impl Form {
    /// A form with these fields to show again.
    pub const fn new(action: &'static str, fields: &'static [&'static str]) -> Self {
        Self { action, fields }
    }
}
