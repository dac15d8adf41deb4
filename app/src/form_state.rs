//! A form that was posted and failed: what was typed, what was wrong.

use service::core::error::FieldError;

/// Stands in the page that answers a POST. Without one, a form is empty.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    /// Which form of the page it is.
    pub action: &'static str,
    /// What was typed, by field name; never a secret.
    pub values: Vec<(String, String)>,
    /// What was wrong; a field named "" means the form as a whole.
    pub errors: Vec<FieldError>,
    /// It was typed before a session ended, and not sent since.
    pub restored: bool,
}

/// What became of a form, or a page, whose session had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// What was typed is kept until the same person is signed in again.
    Typed,
    /// Nothing was typed.
    Nothing,
    /// More was typed than can be kept.
    TooLong,
}

impl FormState {
    /// What was typed into a field.
    pub fn value(&self, field: &str) -> Option<String> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
    }

    /// Everything that was sent under a name: boxes come repeated.
    pub fn all<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// What was typed, or what the form starts with if nothing was posted.
    pub fn value_or(&self, field: &str, start: impl Into<String>) -> String {
        if self.was_posted() {
            self.value(field).unwrap_or_default()
        } else {
            start.into()
        }
    }

    /// What was wrong with a field.
    pub fn error(&self, field: &str) -> Option<String> {
        self.errors
            .iter()
            .find(|e| e.field == field)
            .map(|e| e.message.clone())
    }

    /// What was wrong with the form as a whole.
    pub fn problem(&self) -> Option<String> {
        self.error("")
    }

    /// Whether anything was wrong.
    pub fn failed(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether the page answers a POST of this form.
    pub fn was_posted(&self) -> bool {
        !self.action.is_empty()
    }
}
