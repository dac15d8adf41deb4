//! The rights of the previous version, for going back to it.

use super::{finish::BEFORE, literal, quoted, role};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Tables whose rows its role saw by tenant.
const OF_TENANT: [&str; 10] = [
    "api_tokens",
    "apps",
    "audit_entries",
    "audit_heads",
    "authorizations",
    "connections",
    "credentials",
    "event_heads",
    "events",
    "reconnect_links",
];

/// A role belongs to the whole server; another database may be making it right now.
const ROLE: &str = "
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mooring_app') THEN
        BEGIN
            CREATE ROLE mooring_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'mooring_app', CASE
        WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
        EXECUTE format('GRANT mooring_app TO %I', current_user);
    END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mooring_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mooring_app;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM mooring_app;
GRANT UPDATE (actor_name, actor_email, address, salt, erasure) ON audit_entries TO mooring_app;
REVOKE DELETE, TRUNCATE ON audit_heads, event_heads FROM mooring_app;
";

/// Functions that ran as the tables' owner.
const FUNCTIONS: &str = "
DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND p.proname LIKE 'mooring\\_%' AND p.prosecdef
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO mooring_app', f);
    END LOOP;
END $$;
";

/// Lets all roles of the server connect again, as before. If somebody else owns
/// the database, logins may need the role to connect, so the role stays.
const OPEN: &str = "
DO $$ BEGIN
    IF (SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
        BEGIN
            DROP ROLE IF EXISTS {quoted};
        EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
            RAISE NOTICE 'the role % stays: it is used elsewhere, or this login may not remove it', {role};
        END;
    END IF;
END $$;
";

/// Gives the rights back, in the transaction of the step that is taken back. By
/// then the schema is that of the previous version.
pub(crate) async fn give_back(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    db.execute_unprepared(ROLE).await?;
    for table in OF_TENANT {
        db.execute_unprepared(&format!(
            "DROP POLICY IF EXISTS program ON {table}; \
             DROP POLICY IF EXISTS tenant ON {table}; DROP POLICY IF EXISTS owner ON {table}; \
             ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; \
             ALTER TABLE {table} FORCE ROW LEVEL SECURITY; \
             CREATE POLICY tenant ON {table} TO {BEFORE} \
             USING (tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid); \
             DO $$ BEGIN EXECUTE format( \
             'CREATE POLICY owner ON {table} TO %I USING (true) WITH CHECK (true)', current_user); END $$;"
        ))
        .await?;
    }
    db.execute_unprepared(FUNCTIONS).await?;
    let named = Statement::from_string(DbBackend::Postgres, "SELECT role FROM installation");
    let Some(row) = db.query_one_raw(named).await? else {
        return Ok(());
    };
    let role: String = row.try_get("", "role")?;
    role::leave(db, &role).await?;
    let open = OPEN
        .replace("{role}", &literal(&role))
        .replace("{quoted}", &quoted(&role));
    db.execute_unprepared(&open).await?;
    Ok(())
}
