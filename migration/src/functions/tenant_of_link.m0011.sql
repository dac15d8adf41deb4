-- The tenant of a reconnect link (by the digest of its token). Called before a
-- tenant is known.
CREATE OR REPLACE FUNCTION mooring_tenant_of_link(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT tenant_id FROM reconnect_links WHERE token_hash = key
$$;
