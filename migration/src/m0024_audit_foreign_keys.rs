//! Checks that each row of the audit has its tenant; the foreign keys of
//! `m0022` did not check existing rows. It has a transaction of its own, with a
//! lock that lets processes read and write meanwhile.

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

    /// The check stays valid.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
