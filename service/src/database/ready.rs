//! Whether the database can be worked with.

use super::Database;
use migration::{Migrator, MigratorTrait};
use sea_orm::DbErr;

impl Database {
    /// Whether the database answers and every step has run.
    ///
    /// # Errors
    /// If it doesn't answer.
    pub async fn is_ready(&self) -> Result<bool, DbErr> {
        // SQLite's owner is its one writer, which a look has no need of.
        let db = if self.is_sqlite() {
            &self.read
        } else {
            &self.owner
        };
        db.ping().await?;
        Ok(Migrator::get_pending_migrations(db).await?.is_empty())
    }
}
