-- The apps whose connections are to be judged anew, of all tenants that aren't deleted; only
-- their ids and tenants.
CREATE OR REPLACE FUNCTION mooring_rejudgements_due(present bigint, most bigint)
RETURNS TABLE (app_id uuid, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.app_id, r.tenant_id FROM rejudgements r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.due_at <= present AND t.deleted_at IS NULL
    ORDER BY r.due_at LIMIT most
$$;
