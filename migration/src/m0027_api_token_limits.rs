//! What bounds an API token: the networks that it is tied to, and the
//! addresses that it was used from.
//!
//! The read of a token brings the networks along, and the scopes that the app
//! asks for. On PostgreSQL that is a function of another name than
//! `mooring_token_read`, which processes of the version before go on using.

use crate::{
    columns::{add, at, index, owned_by, remove, tenant},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "api_token_addresses";

const FUNCTION: &str = "mooring_token_at_hand(bytea, text, uuid, text)";

const TOKEN_AT_HAND: &str = "
CREATE FUNCTION mooring_token_at_hand(digest bytea, app_slug text, app_id uuid, account text)
RETURNS TABLE (
    token_id uuid, tenant_id uuid, token_name character varying, role character varying,
    only_app uuid, token_hash bytea, token_expires_at bigint, revoked_at bigint, networks text,
    app uuid, slug character varying, fault_since bigint, requested_scopes text,
    connection uuid, standing character varying, loss_cause character varying,
    standing_since bigint, disconnected_by character varying, renewable boolean,
    granted_scopes text, missing_scopes integer, access_expires_at bigint,
    last_fine_at bigint, failing_since bigint, overdue_at bigint,
    data_key_id uuid, format smallint, nonce bytea, ciphertext bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT t.id, t.tenant_id, t.name, t.role,
        t.app_id, t.token_hash, t.expires_at, t.revoked_at, t.networks
    INTO token_id, tenant_id, token_name, role,
        only_app, token_hash, token_expires_at, revoked_at, networks
    FROM api_tokens t WHERE t.token_hash = digest;
    IF NOT FOUND THEN RETURN; END IF;

    IF app_id IS NULL THEN
        SELECT a.id, a.slug, a.fault_since, a.requested_scopes
        INTO app, slug, fault_since, requested_scopes FROM apps a
        WHERE a.tenant_id = mooring_token_at_hand.tenant_id AND a.slug = app_slug;
    ELSE
        SELECT a.id, a.slug, a.fault_since, a.requested_scopes
        INTO app, slug, fault_since, requested_scopes FROM apps a
        WHERE a.tenant_id = mooring_token_at_hand.tenant_id AND a.id = mooring_token_at_hand.app_id;
    END IF;
    IF NOT FOUND THEN RETURN; END IF;

    SELECT c.id, c.standing, c.loss_cause,
        c.standing_since, c.disconnected_by, c.renewable,
        c.granted_scopes, c.missing_scopes, c.access_expires_at,
        c.last_fine_at, c.failing_since, c.overdue_at
    INTO connection, standing, loss_cause,
        standing_since, disconnected_by, renewable,
        granted_scopes, missing_scopes, access_expires_at,
        last_fine_at, failing_since, overdue_at
    FROM connections c
    WHERE c.tenant_id = mooring_token_at_hand.tenant_id AND c.app_id = app AND c.subdomain = account;
    IF NOT FOUND THEN RETURN; END IF;

    SELECT s.data_key_id, s.format, s.nonce, s.ciphertext
    INTO data_key_id, format, nonce, ciphertext
    FROM credentials s
    WHERE s.tenant_id = mooring_token_at_hand.tenant_id AND s.owner_id = connection
        AND s.purpose = 'connection.access_token';
    IF NOT FOUND THEN RETURN; END IF;
    RETURN NEXT;
END $$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "api_tokens", text_null("networks")).await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new(TABLE))
                    .col(tenant())
                    .col(uuid("token_id"))
                    .col(string("network"))
                    .col(at("first_seen_at"))
                    .col(at("last_seen_at"))
                    .primary_key(
                        Index::create()
                            .col(Alias::new("token_id"))
                            .col(Alias::new("network")),
                    )
                    .foreign_key(&mut owned_by("tenants", "tenant_id"))
                    .foreign_key(&mut owned_by("api_tokens", "token_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(TABLE, &["tenant_id"], false))
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let db = manager.get_connection();
            db.execute_unprepared(TOKEN_AT_HAND).await?;
            functions::for_program_alone(manager, [FUNCTION]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared(&format!("DROP FUNCTION {FUNCTION}"))
                .await?;
        }
        manager
            .drop_table(Table::drop().table(Alias::new(TABLE)).to_owned())
            .await?;
        remove(manager, "api_tokens", "networks").await
    }
}
