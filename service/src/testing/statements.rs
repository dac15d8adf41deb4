//! What a test asked of its database.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

/// What was asked of the database, in its order: each statement once it is
/// answered, and each transaction's begin as `BEGIN to read` or `BEGIN to write`.
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
        self.count_if(|sql| sql.starts_with(beginning))
    }

    /// How many of them, so far, have this in them.
    pub fn containing(&self, part: &str) -> usize {
        self.count_if(|sql| sql.contains(part))
    }

    fn count_if(&self, wanted: impl Fn(&str) -> bool) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|sql| wanted(sql)).count()
    }
}
