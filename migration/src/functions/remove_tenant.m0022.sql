-- Removes a tenant, and records it. Its row and its audit stay. The braces
-- stand for the removal of the tenant's rows from each table that has such
-- rows, see `rights::emptied_with_tenant`.
CREATE OR REPLACE FUNCTION mooring_remove_tenant() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    clock bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
BEGIN
    UPDATE tenants t SET removed_at = clock, former_slug = t.slug,
        slug = 'removed-' || replace(t.id::text, '-', '')
        WHERE t.id = whose AND t.removed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no tenant % to be removed', whose;
    END IF;
    -- All that is the tenant's but the audit, with its key and what that is under.
{deletes}
    DELETE FROM credentials WHERE tenant_id = whose AND purpose <> 'tenant.audit_key';
    DELETE FROM data_keys k WHERE k.tenant_id = whose
        AND NOT EXISTS (SELECT FROM credentials c WHERE c.data_key_id = k.id);
    INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
        VALUES (gen_random_uuid(), whose, clock, 'tenant', 0, 0, session_user);
END $$;
