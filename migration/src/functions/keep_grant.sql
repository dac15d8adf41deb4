-- Stores which set of scopes a connection has granted, with what lists are in the order of;
-- the set is added if it is the first connection of its app that has it.
CREATE OR REPLACE FUNCTION mooring_keep_grant(whose uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    c record;
    known text;
    summed bytea;
    wanted uuid;
BEGIN
    SELECT o.tenant_id, o.app_id, o.subdomain, o.standing, o.scopes_unknown, o.granted_scopes, o.health, o.health_since
        INTO c FROM connections o WHERE o.id = whose;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    known := CASE WHEN c.standing = 'not_connected' THEN 'gone' WHEN c.scopes_unknown THEN 'unknown' ELSE 'told' END;
    summed := sha256(convert_to(c.granted_scopes, 'UTF8'));
    SELECT s.id INTO wanted FROM granted_sets s
        WHERE s.app_id = c.app_id AND s.basis = known AND s.digest = summed;
    IF wanted IS NULL THEN
        INSERT INTO granted_sets (id, tenant_id, app_id, basis, granted, digest)
            VALUES (gen_random_uuid(), c.tenant_id, c.app_id, known, c.granted_scopes, summed)
            ON CONFLICT (app_id, basis, digest) DO NOTHING;
        -- It is there by now, whoever was first.
        SELECT s.id INTO wanted FROM granted_sets s
            WHERE s.app_id = c.app_id AND s.basis = known AND s.digest = summed;
    END IF;
    INSERT INTO connection_grants AS g (connection_id, tenant_id, app_id, set_id, subdomain, health, health_since)
        VALUES (whose, c.tenant_id, c.app_id, wanted, c.subdomain, c.health, c.health_since)
        ON CONFLICT (connection_id) DO UPDATE SET set_id = EXCLUDED.set_id, subdomain = EXCLUDED.subdomain,
            health = EXCLUDED.health, health_since = EXCLUDED.health_since;
END $$;
