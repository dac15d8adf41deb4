//! What a test asked of its database.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

/// What was asked of the database, in its order: each statement, and each
/// transaction's begin as `BEGIN to read` or `BEGIN to write`.
#[derive(Debug, Clone, Default)]
pub struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    pub(crate) fn add(&self, sql: &str) {
        self.0.lock().unwrap().push(sql.to_owned());
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// How many of them, so far, begin with or are this.
    pub fn count(&self, beginning: &str) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|sql| sql.starts_with(beginning)).count()
    }
}
