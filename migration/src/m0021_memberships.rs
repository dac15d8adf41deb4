//! Memberships are looked up before a tenant is known. A function finds them as
//! the tables' owner, so that `memberships` can have its policy like every
//! other table of tenants (see `rights`).

use crate::functions;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Processes of the previous version read the table itself, in any tenant.
/// Their role may be missing, or may be removed right now.
const BEFORE: &str = "
DO $$ BEGIN
    IF has_table_privilege('mooring_app', 'memberships', 'SELECT') THEN
        CREATE POLICY before ON memberships TO mooring_app USING (true);
    END IF;
EXCEPTION WHEN undefined_object THEN NULL;
END $$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let db = manager.get_connection();
        db.execute_unprepared(BEFORE).await?;
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        functions::down(manager, self.name()).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "DROP POLICY IF EXISTS before ON memberships; DROP POLICY IF EXISTS program ON memberships; \
                 ALTER TABLE memberships DISABLE ROW LEVEL SECURITY",
            )
            .await?;
        Ok(())
    }
}
