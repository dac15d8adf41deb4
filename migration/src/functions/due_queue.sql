-- The fair queue, 2 of 5: in a backlog, moves a batch of waiting connections
-- into the queue. Each query sorts in the order of the one index that it is
-- meant for. The settings keep the planner from other plans, even while its
-- statistics know of no backlog yet. They raise the estimated costs, so JIT is
-- off. The texts for SQLite are beside the code that calls this.
CREATE OR REPLACE FUNCTION mooring_due_queue(present bigint, batch bigint, OUT moved bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    SET enable_incremental_sort = off SET jit = off AS $$
BEGIN
    UPDATE connections SET queued_expiry = coalesce(access_expires_at, 0) WHERE id = ANY (ARRAY(
        SELECT c.id FROM connections c
        WHERE c.queued_expiry IS NULL AND c.lease_until = 0 AND c.due_at <= present
        ORDER BY c.due_at LIMIT batch FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS moved = ROW_COUNT;
END
$$;
