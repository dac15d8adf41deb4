-- The tenant of a brand (by the name of its files). Called before a tenant is known.
-- Nothing of a deleted tenant is found.
CREATE OR REPLACE FUNCTION mooring_tenant_of_brand(key text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tenant_id FROM brands f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
    WHERE f.file_name = key
$$;
