-- The tenant of an invitation (the digest of its token). Asked before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_tenant_of_invitation(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tenant_id FROM invitations f JOIN tenants t ON t.id = f.tenant_id AND t.deleted_at IS NULL
    WHERE f.token_hash = key
$$;
