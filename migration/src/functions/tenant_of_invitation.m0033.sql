-- The tenant of an invitation (the digest of its token). Asked before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_tenant_of_invitation(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT tenant_id FROM invitations WHERE token_hash = key
$$;
