//! Turns: what is due is found through indexes that hold nothing else, and
//! when more is due than may be asked for, it queues by tenant and expiry.
//!
//! A connection that is due waits in `connections_waiting`, in a backlog it
//! stands in `connections_queued`, and under a lease in `connections_leased`
//! alone, so nobody walks over it. Its row leaves the queue by being stored.

use crate::{
    columns::{add, at_null, index, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [&str; 4] = [
    "CREATE INDEX connections_waiting ON connections (due_at) WHERE queued_expiry IS NULL AND lease_until = 0",
    "CREATE INDEX connections_queued ON connections (tenant_id, queued_expiry, id) \
     WHERE queued_expiry IS NOT NULL AND lease_until = 0",
    "CREATE INDEX connections_queued_due ON connections (due_at) WHERE queued_expiry IS NOT NULL",
    "CREATE INDEX connections_leased ON connections (lease_until) WHERE lease_until > 0",
];

/// The sweep goes over all tenants, so its statements run as the tables'
/// owner; see `m0011_row_security`. They are kept from scans, and from rows
/// that somebody else holds. The texts for SQLite, with what each is for, are
/// in `service/src/connections/due/sqlite.rs`.
const FUNCTIONS: [(&str, &str); 5] = [
    (
        "mooring_due_look(present bigint, latest bigint, lease bigint, batch bigint, OUT waiting bigint, OUT queue boolean)",
        "
DECLARE
    clock bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
BEGIN
    UPDATE connections SET lease_until = 0 WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c WHERE c.lease_until > 0 AND c.lease_until <= clock
        ORDER BY c.lease_until LIMIT batch FOR UPDATE SKIP LOCKED));
    UPDATE connections SET lease_until = 0 WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c WHERE c.lease_until > 0 AND c.lease_until > clock + lease
        ORDER BY c.lease_until DESC LIMIT batch FOR UPDATE SKIP LOCKED));
    UPDATE connections SET queued_expiry = NULL WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.due_at > present
        ORDER BY c.due_at DESC LIMIT batch FOR UPDATE SKIP LOCKED));
    UPDATE connections SET due_at = present WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at > latest
        ORDER BY c.due_at DESC LIMIT batch FOR UPDATE SKIP LOCKED));
    SELECT count(*) INTO waiting FROM (
        SELECT 1 FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at <= present
        ORDER BY c.due_at LIMIT batch + 1) w;
    queue := (SELECT true FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0
        ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1) IS NOT NULL;
END",
    ),
    (
        "mooring_due_queue(present bigint, batch bigint, OUT moved bigint)",
        "
BEGIN
    UPDATE connections SET queued_expiry = coalesce(access_expires_at, 0) WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at <= present
        ORDER BY c.due_at LIMIT batch FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS moved = ROW_COUNT;
END",
    ),
    (
        "mooring_due_take(lease bigint, present bigint, most bigint) RETURNS TABLE (id uuid, tenant_id uuid, lease_fence bigint)",
        "
#variable_conflict use_column
BEGIN
    RETURN QUERY UPDATE connections c
        SET lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease,
            lease_fence = c.lease_fence + 1
        WHERE c.id = ANY (ARRAY(
            SELECT d.id FROM connections d
            WHERE d.queued_expiry IS NULL AND d.lease_until = 0 AND d.due_at <= present
            ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED))
        RETURNING c.id, c.tenant_id, c.lease_fence;
END",
    ),
    (
        "mooring_due_turns(lease bigint, present bigint, most bigint, served uuid) \
         RETURNS TABLE (id uuid, tenant_id uuid, lease_fence bigint, place bigint)",
        "
#variable_conflict use_column
DECLARE
    chosen uuid[];
BEGIN
    WITH RECURSIVE ahead(tenant, turn) AS (
        (SELECT c.tenant_id, 1::bigint FROM connections c
         WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0 AND c.tenant_id > served
         ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id, a.turn + 1 FROM ahead a CROSS JOIN LATERAL (
            SELECT c.tenant_id FROM connections c
            WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0 AND c.tenant_id > a.tenant
            ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1) n
        WHERE a.turn < most
    ), behind(tenant, turn) AS (
        (SELECT c.tenant_id, most + 1 FROM connections c
         WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0 AND c.tenant_id <= served
         ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id, b.turn + 1 FROM behind b CROSS JOIN LATERAL (
            SELECT c.tenant_id FROM connections c
            WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0
                AND c.tenant_id > b.tenant AND c.tenant_id <= served
            ORDER BY c.tenant_id, c.queued_expiry, c.id LIMIT 1) n
        WHERE b.turn < 2 * most
    ), turns(tenant, turn) AS (
        SELECT tenant, turn FROM ahead UNION ALL SELECT tenant, turn FROM behind ORDER BY turn LIMIT most
    ), walk(id, tenant, expiry, round, turn) AS (
        SELECT f.id, t.tenant, f.queued_expiry, 1::bigint, t.turn FROM turns t CROSS JOIN LATERAL (
            SELECT c.id, c.queued_expiry FROM connections c
            WHERE c.tenant_id = t.tenant AND c.queued_expiry IS NOT NULL AND c.lease_until = 0
            ORDER BY c.queued_expiry, c.id LIMIT 1) f
        UNION ALL
        SELECT f.id, w.tenant, f.queued_expiry, w.round + 1, w.turn FROM walk w CROSS JOIN LATERAL (
            SELECT c.id, c.queued_expiry FROM connections c
            WHERE c.tenant_id = w.tenant AND c.queued_expiry IS NOT NULL AND c.lease_until = 0
                AND (c.queued_expiry, c.id) > (w.expiry, w.id)
            ORDER BY c.queued_expiry, c.id LIMIT 1) f
    )
    -- A recursion comes round by round, and no further than rows are fetched.
    SELECT array_agg(w.id ORDER BY w.round, w.turn) INTO chosen FROM (SELECT * FROM walk LIMIT most) w;
    RETURN QUERY WITH taken AS (
        UPDATE connections c
        SET queued_expiry = NULL,
            lease_until = CASE WHEN c.due_at <= present
                THEN (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease ELSE 0 END,
            lease_fence = c.lease_fence + 1
        WHERE c.id = ANY (ARRAY(
            SELECT d.id FROM connections d
            -- By their ids: not in a form that the index of the queue would answer.
            WHERE d.id = ANY (chosen) AND d.lease_until + 0 = 0
            FOR UPDATE SKIP LOCKED))
        RETURNING c.id, c.tenant_id, c.lease_fence, c.lease_until)
    SELECT t.id, t.tenant_id, t.lease_fence, array_position(chosen, t.id)::bigint
    FROM taken t WHERE t.lease_until > 0;
END",
    ),
    (
        "mooring_count_scheduled(OUT scheduled bigint)",
        "
BEGIN
    scheduled := (SELECT count(*) FROM connections c
            WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at > 0)
        + (SELECT count(*) FROM connections c WHERE c.queued_expiry IS NOT NULL AND c.lease_until = 0)
        + (SELECT count(*) FROM connections c WHERE c.lease_until > 0);
END",
    ),
];

/// Each query asks for the order of the one index that it is meant for. The
/// planner takes no other way, even while its statistics know of no backlog yet.
/// The costs that this feigns must not have it compile anything.
const IN_ORDER: &str = "SET enable_seqscan = off SET enable_bitmapscan = off \
    SET enable_sort = off SET enable_incremental_sort = off SET jit = off";

/// Name and types of the arguments, as GRANT and DROP want them.
const SIGNATURES: [&str; 5] = [
    "mooring_due_look(bigint, bigint, bigint, bigint)",
    "mooring_due_queue(bigint, bigint)",
    "mooring_due_take(bigint, bigint, bigint)",
    "mooring_due_turns(bigint, bigint, bigint, uuid)",
    "mooring_count_scheduled()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // When its token runs out, while it stands in the queue.
        add(manager, "connections", at_null("queued_expiry")).await?;
        // Whose turn it was last.
        add(manager, "pace", uuid_null("served_tenant")).await?;
        // How many connections there are to check, and when they were counted.
        add(manager, "pace", big_integer("scheduled").default(0).take()).await?;
        add(manager, "pace", at_null("counted_at")).await?;
        db.execute_unprepared("DROP INDEX connections_due_at")
            .await?;
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (head, body) in FUNCTIONS {
            // Counting all is no sweep, and may scan.
            let plans = if head.contains("count") { "" } else { IN_ORDER };
            db.execute_unprepared(&format!(
                "CREATE FUNCTION {head} LANGUAGE plpgsql VOLATILE SECURITY DEFINER \
                 SET search_path FROM CURRENT {plans} AS $$ {body} $$"
            ))
            .await?;
        }
        functions::for_program_alone(manager, SIGNATURES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in SIGNATURES {
                db.execute_unprepared(&format!("DROP FUNCTION {function}"))
                    .await?;
            }
        }
        for name in ["waiting", "queued", "queued_due", "leased"] {
            db.execute_unprepared(&format!("DROP INDEX connections_{name}"))
                .await?;
        }
        manager
            .create_index(index("connections", &["due_at"], false))
            .await?;
        remove(manager, "connections", "queued_expiry").await?;
        for column in ["served_tenant", "scheduled", "counted_at"] {
            remove(manager, "pace", column).await?;
        }
        Ok(())
    }
}
