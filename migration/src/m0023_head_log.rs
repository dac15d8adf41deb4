//! A chain over the heads of all tenants' audits. A tenant's chain shows what
//! became of its entries; if all of it goes, key and head as well, nothing of
//! it is left that could show. So the worker writes once a minute which heads
//! have moved on, in a chain of the installation's own.

use crate::{
    columns::{add, at, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Its key, sealed under the installation's data key.
fn key() -> [ColumnDef; 3] {
    [
        uuid_null("head_log_data_key_id"),
        binary_null("head_log_key_nonce"),
        binary_null("head_log_key"),
    ]
}

const FUNCTIONS: [&str; 2] = ["mooring_audit_heads()", "mooring_head_log_cut()"];

/// The worker looks at all tenants' heads, of which nothing is secret; and old
/// entries go as far as the end names, but never those from which the state of
/// all heads can be told.
const POSTGRES: &str = "
CREATE FUNCTION mooring_audit_heads()
RETURNS TABLE (tenant_id uuid, first bigint, count bigint, last_mac bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.tenant_id, h.first, h.count, h.last_mac FROM audit_heads h
$$;
CREATE FUNCTION mooring_head_log_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM head_log WHERE number <= (SELECT first FROM head_log_end)
        AND number < (SELECT max(number) FROM head_log WHERE whole)
$$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("head_log"))
                    .col(big_integer("number").primary_key())
                    .col(at("at"))
                    // Whether all heads are in it, or those that have moved.
                    .col(boolean("whole"))
                    // 64 bytes for each: tenant, first, count, last MAC.
                    .col(binary("heads"))
                    .col(binary("mac"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("head_log_end"))
                    .col(integer("id").primary_key())
                    .col(big_integer("first"))
                    .col(binary("first_mac"))
                    .col(big_integer("count"))
                    .col(binary("last_mac"))
                    .col(at("at"))
                    .col(binary("seal"))
                    .to_owned(),
            )
            .await?;
        for column in key() {
            add(manager, "installation", column).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared(POSTGRES)
                .await?;
            functions::for_program_alone(manager, FUNCTIONS).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in FUNCTIONS {
                manager
                    .get_connection()
                    .execute_unprepared(&format!("DROP FUNCTION {function}"))
                    .await?;
            }
        }
        for column in key() {
            remove(manager, "installation", &column.get_column_name()).await?;
        }
        for table in ["head_log_end", "head_log"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}
