-- The tenant of an app. Called before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_tenant_of_app(key uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT tenant_id FROM apps WHERE id = key
$$;
