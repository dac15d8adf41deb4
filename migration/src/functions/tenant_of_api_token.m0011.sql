-- The tenant of an API token (by its digest). Called before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_tenant_of_api_token(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT tenant_id FROM api_tokens WHERE token_hash = key
$$;
