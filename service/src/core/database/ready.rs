//! Whether the database is ready for work.

use super::{Database, errors};
use crate::core::queries;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashSet;

/// What prevents work with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing.
    Ready,
    /// Steps of the schema are missing.
    NotMigrated,
    /// It is read-only: it isn't the primary, or not any more.
    OnlyReads,
}

impl Database {
    /// Whether the database answers, writes, and has every step. It runs one
    /// statement and changes nothing. Unknown steps are those of a newer
    /// version; this version runs beside it during an upgrade.
    ///
    /// # Errors
    /// If it doesn't answer.
    pub async fn readiness(&self) -> Result<Readiness, DbErr> {
        let look = queries::READINESS.with(self, []);
        let rows = match self.read.query_all_raw(look).await {
            Ok(rows) => rows,
            // Before the first step, both the table of steps and the role are missing.
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
