-- The tenant of a reconnect link (by the digest of its token). Called before a
-- tenant is known. Nothing of a deleted tenant is found.
CREATE OR REPLACE FUNCTION mooring_tenant_of_link(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tenant_id FROM reconnect_links f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
    WHERE f.token_hash = key
$$;
