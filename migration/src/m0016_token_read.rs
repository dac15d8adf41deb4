//! What a read of a token needs, in one round trip: found by the digest of an
//! API token, before its tenant is known, and therefore by a function that
//! runs as the tables' owner (see `m0011_row_security`).
//!
//! Who doesn't know a token's digest gets no row, whatever else they ask for;
//! who does gets the one connection that they name, in the token's own tenant.
//! Whether the token is good, and for that app, the program decides.
//!
//! In plpgsql, since that keeps its plan from one call to the next. A step
//! that has to change the columns makes a function of another name: processes
//! that run meanwhile have prepared this one.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FUNCTION: &str = "
CREATE FUNCTION mooring_token_read(digest bytea, app_slug text, app_id uuid, account text)
RETURNS TABLE (
    token_id uuid, tenant_id uuid, token_name character varying, role character varying,
    only_app uuid, token_hash bytea, token_expires_at bigint, revoked_at bigint,
    app uuid, slug character varying, fault_since bigint,
    connection uuid, standing character varying, loss_cause character varying,
    standing_since bigint, disconnected_by character varying, renewable boolean,
    granted_scopes text, missing_scopes integer, access_expires_at bigint,
    failing_since bigint, overdue_at bigint,
    data_key_id uuid, format smallint, nonce bytea, ciphertext bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY SELECT
        t.id, t.tenant_id, t.name, t.role,
        t.app_id, t.token_hash, t.expires_at, t.revoked_at,
        a.id, a.slug, a.fault_since,
        c.id, c.standing, c.loss_cause,
        c.standing_since, c.disconnected_by, c.renewable,
        c.granted_scopes, c.missing_scopes, c.access_expires_at,
        c.failing_since, c.overdue_at,
        s.data_key_id, s.format, s.nonce, s.ciphertext
    FROM api_tokens t
    JOIN apps a ON a.tenant_id = t.tenant_id AND a.id = coalesce($3,
        (SELECT n.id FROM apps n WHERE n.tenant_id = t.tenant_id AND n.slug = $2))
    JOIN connections c ON c.tenant_id = t.tenant_id AND c.app_id = a.id AND c.subdomain = $4
    JOIN credentials s ON s.tenant_id = t.tenant_id AND s.owner_id = c.id
        AND s.purpose = 'connection.access_token'
    WHERE t.token_hash = $1;
END $$;
REVOKE ALL ON FUNCTION mooring_token_read(bytea, text, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mooring_token_read(bytea, text, uuid, text) TO mooring_app;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared(FUNCTION)
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION mooring_token_read(bytea, text, uuid, text)")
                .await?;
        }
        Ok(())
    }
}
