//! Cutting off old entries of the audit, which the program's role may not
//! remove by itself: only what lies before the checkpoint in the head.

use crate::functions;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FUNCTION: &str = "mooring_audit_cut()";

const CUT: &str = "
CREATE FUNCTION mooring_audit_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM audit_entries e USING audit_heads h
    WHERE h.tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid
    AND e.tenant_id = h.tenant_id AND e.number <= h.first
$$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(CUT).await?;
            functions::for_program_alone(manager, [FUNCTION]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            let drop = format!("DROP FUNCTION {FUNCTION}");
            manager.get_connection().execute_unprepared(&drop).await?;
        }
        Ok(())
    }
}
