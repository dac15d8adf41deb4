-- The mails to be sent now, of all tenants that aren't deleted; only their ids and tenants.
CREATE OR REPLACE FUNCTION mooring_mails_due(present bigint, most bigint)
RETURNS TABLE (id uuid, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.id, m.tenant_id FROM mails m LEFT JOIN tenants t ON t.id = m.tenant_id
    WHERE m.due_at <= present AND t.deleted_at IS NULL ORDER BY m.due_at LIMIT most
$$;
