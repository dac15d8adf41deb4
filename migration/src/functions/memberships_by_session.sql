-- The memberships of a person, which apps each is limited to, and whether the tenant lets only
-- owners in otherwise than by single sign-on. Asked before a tenant is known.
CREATE OR REPLACE FUNCTION mooring_memberships_by_session(person uuid)
RETURNS TABLE (tenant_id uuid, role character varying, apps text, sso_only boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.tenant_id, m.role, m.apps, coalesce(s.only_way, false)
    FROM memberships m JOIN tenants t ON t.id = m.tenant_id AND t.deleted_at IS NULL
    LEFT JOIN sso_settings s ON s.tenant_id = m.tenant_id
    WHERE m.person_id = person
$$;
