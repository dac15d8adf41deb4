-- The campaigns to be looked at now, of all tenants that aren't deleted; only their ids and tenants.
CREATE OR REPLACE FUNCTION mooring_campaigns_due(present bigint, most bigint)
RETURNS TABLE (id uuid, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.tenant_id FROM campaigns c JOIN tenants t ON t.id = c.tenant_id
    WHERE c.ended_at IS NULL AND c.next_at <= present AND t.deleted_at IS NULL
    ORDER BY c.next_at LIMIT most
$$;
