-- The memberships of a person, without those that are limited to some apps: processes of the
-- previous version, which alone call this, know no limits and would show everything.
CREATE OR REPLACE FUNCTION mooring_memberships_of(person uuid)
RETURNS TABLE (tenant_id uuid, role character varying)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.tenant_id, m.role FROM memberships m WHERE m.person_id = person AND m.apps = 'all'
$$;
