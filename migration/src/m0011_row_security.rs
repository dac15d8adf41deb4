//! Beneath row-level security on PostgreSQL (see `rights`), what has to be found
//! before a tenant is known is found by functions that run as the owner and
//! give away no more than a tenant's id or a lease.

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

/// What is found before a tenant is known: name, type and column of the key, table.
const LOOKUPS: [(&str, &str, &str, &str); 5] = [
    ("app", "uuid", "id", "apps"),
    ("state", "bytea", "state_hash", "authorizations"),
    ("authorization", "uuid", "id", "authorizations"),
    ("link", "bytea", "token_hash", "reconnect_links"),
    ("api_token", "bytea", "token_hash", "api_tokens"),
];

const TAKE_DUE: &str = "
CREATE FUNCTION mooring_take_due(lease bigint, due bigint, most bigint)
RETURNS TABLE (id uuid, tenant_id uuid, lease_fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE connections c
    SET lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease,
        lease_fence = c.lease_fence + 1
    WHERE c.id IN (
        SELECT d.id FROM connections d
        WHERE d.due_at <= due AND d.lease_until <= (extract(epoch from clock_timestamp()) * 1000000)::bigint
        ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.tenant_id, c.lease_fence
$$;
CREATE FUNCTION mooring_sweep_authorizations(expired_before bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM authorizations WHERE expires_at < expired_before
$$;
";

const FUNCTIONS: [&str; 2] = [
    "mooring_take_due(bigint, bigint, bigint)",
    "mooring_sweep_authorizations(bigint)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        db.execute_unprepared(TAKE_DUE).await?;
        let mut functions: Vec<String> = FUNCTIONS.map(str::to_owned).to_vec();
        for (name, kind, column, table) in LOOKUPS {
            db.execute_unprepared(&format!(
                "CREATE FUNCTION mooring_tenant_of_{name}(key {kind}) RETURNS uuid \
                 LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT \
                 AS 'SELECT tenant_id FROM {table} WHERE {column} = key'"
            ))
            .await?;
            functions.push(format!("mooring_tenant_of_{name}({kind})"));
        }
        functions::for_program_alone(manager, functions).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for function in FUNCTIONS {
            db.execute_unprepared(&format!("DROP FUNCTION {function}"))
                .await?;
        }
        for (name, kind, _, _) in LOOKUPS {
            db.execute_unprepared(&format!("DROP FUNCTION mooring_tenant_of_{name}({kind})"))
                .await?;
        }
        // Where the rights were given by the version before.
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
