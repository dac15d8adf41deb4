-- The memberships of a person, and which apps each is limited to. Asked before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_memberships(person uuid)
RETURNS TABLE (tenant_id uuid, role character varying, apps text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.tenant_id, m.role, m.apps FROM memberships m WHERE m.person_id = person
$$;
