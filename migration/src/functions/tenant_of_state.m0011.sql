-- The tenant of the state of an authorization (by its digest). Called before a
-- tenant is known.
CREATE OR REPLACE FUNCTION mooring_tenant_of_state(key bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT tenant_id FROM authorizations WHERE state_hash = key
$$;
