//! On PostgreSQL, rows are behind row-level security (see `rights`). What is
//! needed before a tenant is known is found by functions that run as the owner
//! of the tables and give only a tenant's id or a lease.

use crate::functions;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 7] = [
    "credentials",
    "apps",
    "connections",
    "authorizations",
    "reconnect_links",
    "events",
    "api_tokens",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::up(manager, self.name()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        functions::down(manager, self.name()).await?;
        let db = manager.get_connection();
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        // Where the previous version gave the rights.
        for table in TABLES {
            db.execute_unprepared(&format!(
                "DROP POLICY IF EXISTS owner ON {table}; DROP POLICY IF EXISTS tenant ON {table}; \
                 ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; \
                 ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
            ))
            .await?;
        }
        Ok(())
    }
}
