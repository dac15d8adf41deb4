-- The fair queue, 1 of 5: frees leases that have ended, and puts back
-- connections that are not due or are planned too far ahead. Gives how many
-- connections wait (at most one more than a batch), and whether there is a
-- queue. Each query sorts in the order of the one index that it is meant for.
-- The settings keep the planner from other plans, even while its statistics
-- know of no backlog yet. They raise the estimated costs, so JIT is off. The
-- texts for SQLite are beside the code that calls this.
CREATE OR REPLACE FUNCTION mooring_due_look(
    present bigint, latest bigint, lease bigint, batch bigint, OUT waiting bigint, OUT queue boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    SET enable_incremental_sort = off SET jit = off AS $$
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
END
$$;
