//! Whether the database can be worked with.

use super::{Database, errors};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use std::collections::HashSet;

/// The steps of the schema that were run, and whether the server only reads:
/// one statement that changes nothing.
const POSTGRES: &str = "SELECT version, \
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS only_reads \
    FROM seaql_migrations";
const SQLITE: &str = "SELECT version, FALSE AS only_reads FROM seaql_migrations";

/// What is in the way of work with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing.
    Ready,
    /// Steps of the schema are missing.
    NotMigrated,
    /// It doesn't write: it isn't the primary, or not any more.
    OnlyReads,
}

impl Database {
    /// Whether the database answers, writes, and every step has run. Asks with
    /// one statement and changes nothing. Steps that this version doesn't know
    /// are those of a newer one, beside which it runs during an upgrade.
    ///
    /// # Errors
    /// If it doesn't answer.
    pub async fn readiness(&self) -> Result<Readiness, DbErr> {
        let sql = if self.is_sqlite() { SQLITE } else { POSTGRES };
        let look = Statement::from_string(self.backend(), sql);
        let rows = match self.read.query_all_raw(look).await {
            Ok(rows) => rows,
            // Neither the table of steps nor the role is there before the first step.
            Err(error) if errors::is_missing(&error) => return Ok(Readiness::NotMigrated),
            Err(error) => return Err(error),
        };
        let mut done = HashSet::new();
        for row in rows {
            if row.try_get("", "only_reads")? {
                self.read.only_reads();
                return Ok(Readiness::OnlyReads);
            }
            done.insert(row.try_get::<String>("", "version")?);
        }
        let steps = Migrator::migrations();
        let all = steps.iter().all(|step| done.contains(step.name()));
        Ok(if all {
            Readiness::Ready
        } else {
            Readiness::NotMigrated
        })
    }
}
