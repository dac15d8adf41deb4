//! Cutting off old entries of the audit, which the program's role may not
//! remove by itself: only what lies before the checkpoint in the head.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const CUT: &str = "
CREATE FUNCTION mooring_audit_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM audit_entries e USING audit_heads h
    WHERE h.tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid
    AND e.tenant_id = h.tenant_id AND e.number <= h.first
$$;
REVOKE ALL ON FUNCTION mooring_audit_cut() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mooring_audit_cut() TO mooring_app;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(CUT).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            let drop = "DROP FUNCTION mooring_audit_cut()";
            manager.get_connection().execute_unprepared(drop).await?;
        }
        Ok(())
    }
}
