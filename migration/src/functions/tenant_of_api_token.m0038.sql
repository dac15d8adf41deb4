-- The tenant of an API token (by its digest). Called before a tenant is known.
-- Nothing of a deleted tenant is found.
CREATE OR REPLACE FUNCTION mooring_tenant_of_api_token(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tenant_id FROM api_tokens f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
    WHERE f.token_hash = key
$$;
