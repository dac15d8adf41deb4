//! A form that was posted and failed: its typed values and its errors.

use service::core::error::FieldError;

/// The form's state in the page that answers a POST. By default, a form is empty.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    /// The name of the form among those of its page.
    pub action: &'static str,
    /// The typed values by field name; never a secret.
    pub values: Vec<(String, String)>,
    /// The errors; a field named "" means the form as a whole.
    pub errors: Vec<FieldError>,
    /// The values were typed before a session ended, and have not been sent since.
    pub restored: bool,
}

/// How much was kept of a form, or a page, whose session had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The typed values are kept until the same person is signed in again.
    Typed,
    /// Nothing was typed.
    Nothing,
    /// The typed values were too long to be kept.
    TooLong,
}

impl FormState {
    /// The value that was typed into a field.
    pub fn value(&self, field: &str) -> Option<String> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
    }

    /// All values that were sent under a name: checkboxes send several.
    pub fn all<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// The typed value, or `start` if nothing was posted.
    pub fn value_or(&self, field: &str, start: impl Into<String>) -> String {
        if self.was_posted() {
            self.value(field).unwrap_or_default()
        } else {
            start.into()
        }
    }

    /// The error of a field.
    pub fn error(&self, field: &str) -> Option<String> {
        self.errors
            .iter()
            .find(|e| e.field == field)
            .map(|e| e.message.clone())
    }

    /// The error of the form as a whole.
    pub fn problem(&self) -> Option<String> {
        self.error("")
    }

    /// Whether there are errors.
    pub fn failed(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether the page answers a POST of this form.
    pub fn was_posted(&self) -> bool {
        !self.action.is_empty()
    }
}
