-- Removes old authorizations of all tenants.
CREATE OR REPLACE FUNCTION mooring_sweep_authorizations(expired_before bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM authorizations WHERE expires_at < expired_before
$$;
