//! Bringing the schema up to date, and back.

use super::Database;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};

impl Database {
    /// Runs all steps that are missing. On PostgreSQL under an advisory lock,
    /// so that two processes don't run them at once.
    ///
    /// # Errors
    /// If a step fails; those before it stay.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        if self.is_sqlite() {
            return Migrator::up(&self.owner, None).await;
        }
        let lock = self.owner.begin().await?;
        lock.execute_unprepared("SELECT pg_advisory_xact_lock(7163982)")
            .await?;
        let done = Migrator::up(&self.owner, None).await;
        lock.commit().await?;
        done
    }

    /// Takes back the newest `steps` steps.
    ///
    /// # Errors
    /// If a step fails; those after it are already taken back.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(&self.owner, Some(steps)).await
    }
}
