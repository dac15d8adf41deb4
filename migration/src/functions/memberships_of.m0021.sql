-- The memberships of a person. Called before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_memberships_of(person uuid)
RETURNS TABLE (tenant_id uuid, role character varying)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.tenant_id, m.role FROM memberships m WHERE m.person_id = person
$$;
