-- Leases due connections, the longest due first. Only for processes of the
-- previous version; now due_take and due_turns do this.
CREATE OR REPLACE FUNCTION mooring_take_due(lease bigint, due bigint, most bigint)
RETURNS TABLE (id uuid, tenant_id uuid, lease_fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE connections c
    SET lease_until = (extract(epoch from clock_timestamp()) * 1000000)::bigint + lease,
        lease_fence = c.lease_fence + 1
    WHERE c.id IN (
        SELECT d.id FROM connections d
        WHERE d.due_at <= due AND d.lease_until <= (extract(epoch from clock_timestamp()) * 1000000)::bigint
        ORDER BY d.due_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING c.id, c.tenant_id, c.lease_fence
$$;
