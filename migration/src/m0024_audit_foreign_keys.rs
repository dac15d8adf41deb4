//! Looks whether each row of the audit has its tenant, which the foreign keys of
//! `m0022` left open: in a transaction of its own, and with a lock that lets
//! processes read and write meanwhile.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const VALIDATE: &str = "
ALTER TABLE audit_heads VALIDATE CONSTRAINT audit_heads_tenant_id_fkey;
ALTER TABLE audit_entries VALIDATE CONSTRAINT audit_entries_tenant_id_fkey;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            let db = manager.get_connection();
            db.execute_unprepared(VALIDATE).await?;
        }
        Ok(())
    }

    /// What was found stays true.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
