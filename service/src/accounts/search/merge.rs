//! Makes SQLite's indexes of words forget what was removed. An index only notes removals
//! until its parts are merged. To remove at once would take a hundred times as long.

use crate::core::{
    error::InternalError,
    services::{Inner, ProcessState, Services},
};
use domain::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use std::sync::{Mutex, PoisonError};

/// How often all parts are merged.
const EVERY: Span = Span::days(1);

/// When this process last began to merge all parts.
#[derive(Default)]
pub(crate) struct Merging(Mutex<Option<Timestamp>>);

impl ProcessState for Merging {
    fn begin(_: &Inner) -> Self {
        Self::default()
    }
}

/// Begins once a day to merge all parts of the indexes, and goes on with it: 2 MB at a
/// time, since nothing else is written meanwhile. On PostgreSQL `VACUUM` does the like.
///
/// # Errors
/// [`InternalError`] if the database fails.
pub(crate) async fn merge(services: &Services) -> Result<(), InternalError> {
    if !services.db.is_sqlite() {
        return Ok(());
    }
    let now = services.now();
    let begins = {
        let last = &services.state::<Merging>().0;
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = last.is_none_or(|at| !(Span(0)..EVERY).contains(&now.since(at)));
        if begins {
            *last = Some(now);
        }
        begins
    };
    let tx = services.db.begin_write().await?;
    // A negative number of pages begins with all parts.
    let pages = if begins { -500 } else { 500 };
    for index in ["account_search_parts", "account_search_beginnings"] {
        let sql = format!("INSERT INTO {index} ({index}, rank) VALUES ('merge', {pages})");
        tx.execute_raw(Statement::from_string(DatabaseBackend::Sqlite, sql))
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
