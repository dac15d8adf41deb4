-- The tenant of an app. Called before a tenant is known.
-- Nothing of a deleted tenant is found.
CREATE OR REPLACE FUNCTION mooring_tenant_of_app(key uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tenant_id FROM apps f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
    WHERE f.id = key
$$;
