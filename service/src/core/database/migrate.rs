//! Brings the schema and the program's rights up to date, and back.

use super::Database;
use migration::{
    Migrator, MigratorTrait, functions,
    rights::{self, Notes, RightsError},
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TransactionTrait};

impl Database {
    /// Runs all missing steps, installs the functions that differ from their
    /// files, then gives the program's role its rights. On PostgreSQL this
    /// holds an advisory lock, so that two processes don't do it at once;
    /// connections made after this work as that role.
    ///
    /// # Errors
    /// If a step fails; those before it stay.
    pub async fn migrate(&self) -> Result<Notes, RightsError> {
        self.migrate_for(None).await
    }

    /// As [`Self::migrate`], with another login than the serving one; the
    /// serving login is given the program's role.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub async fn migrate_for(&self, login: Option<&str>) -> Result<Notes, RightsError> {
        let lock = self.lock().await?;
        Migrator::up(&self.owner, None).await?;
        functions::install(&self.owner).await?;
        let notes = rights::apply(&self.owner, login).await?;
        unlock(lock).await?;
        Ok(notes)
    }

    /// Takes the rights that only the previous version needed; call it after
    /// [`Self::migrate`]. Gives what it could not do.
    ///
    /// # Errors
    /// If the database fails; finished work stays, and the next call continues.
    pub async fn finish(&self) -> Result<Notes, DbErr> {
        let lock = self.lock().await?;
        let notes = rights::finish(&self.owner).await?;
        unlock(lock).await?;
        Ok(notes)
    }

    /// Takes back the newest `steps` steps.
    ///
    /// # Errors
    /// If a step fails; the newer ones are already taken back.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), DbErr> {
        let lock = self.lock().await?;
        Migrator::down(&self.owner, Some(steps)).await?;
        functions::install(&self.owner).await?;
        unlock(lock).await
    }

    /// A transaction that holds the lock while another connection works. None
    /// on SQLite, which has only one writer.
    async fn lock(&self) -> Result<Option<DatabaseTransaction>, DbErr> {
        if self.is_sqlite() {
            return Ok(None);
        }
        let lock = self.owner.begin().await?;
        lock.execute_unprepared("SELECT pg_advisory_xact_lock(7163982)")
            .await?;
        Ok(Some(lock))
    }
}

async fn unlock(lock: Option<DatabaseTransaction>) -> Result<(), DbErr> {
    match lock {
        Some(lock) => lock.commit().await,
        None => Ok(()),
    }
}
