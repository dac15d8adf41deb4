//! The statements of a test.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

/// The statements in their order: each one when it is answered, and each
/// transaction's begin as `BEGIN to read` or `BEGIN to write`.
#[derive(Debug, Clone, Default)]
pub struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    pub(crate) fn add(&self, sql: &str) {
        self.0.lock().unwrap().push(sql.to_owned());
    }

    /// The statements since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// How many statements so far begin with this text.
    pub fn count(&self, beginning: &str) -> usize {
        self.count_if(|sql| sql.starts_with(beginning))
    }

    /// How many statements so far contain this text.
    pub fn containing(&self, part: &str) -> usize {
        self.count_if(|sql| sql.contains(part))
    }

    fn count_if(&self, wanted: impl Fn(&str) -> bool) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|sql| wanted(sql)).count()
    }
}
