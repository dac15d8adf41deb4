-- The fair queue, 4 of 5: in a backlog, serves one tenant after the other,
-- beginning after the one that was served last. Of each tenant the nearest
-- expiry comes first. A connection that is not due any more leaves the queue
-- without a lease. Each query sorts in the order of the one index that it is
-- meant for. The settings keep the planner from other plans, even while its
-- statistics know of no backlog yet. They raise the estimated costs, so JIT is
-- off. The texts for SQLite are beside the code that calls this.
CREATE OR REPLACE FUNCTION mooring_due_turns(lease bigint, present bigint, most bigint, served uuid)
RETURNS TABLE (id uuid, tenant_id uuid, lease_fence bigint, place bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    SET enable_incremental_sort = off SET jit = off AS $$
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
END
$$;
