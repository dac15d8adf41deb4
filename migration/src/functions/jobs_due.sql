-- The bulk jobs to go on with now, of all tenants that aren't deleted; only their ids and tenants.
CREATE OR REPLACE FUNCTION mooring_jobs_due(present bigint, most bigint)
RETURNS TABLE (id uuid, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT j.id, j.tenant_id FROM jobs j JOIN tenants t ON t.id = j.tenant_id
    WHERE j.due_at <= present AND t.deleted_at IS NULL ORDER BY j.due_at LIMIT most
$$;
