-- The fair queue, 3 of 5: without a backlog, leases the due connections, the
-- longest due first. Each query sorts in the order of the one index that it is
-- meant for. The settings keep the planner from other plans, even while its
-- statistics know of no backlog yet. They raise the estimated costs, so JIT is
-- off. The texts for SQLite are beside the code that calls this.
CREATE OR REPLACE FUNCTION mooring_due_take(lease bigint, present bigint, most bigint)
RETURNS TABLE (id uuid, tenant_id uuid, lease_fence bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    SET enable_incremental_sort = off SET jit = off AS $$
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
END
$$;
