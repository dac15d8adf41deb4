-- Removes entries before the checkpoint in the head, and records it. Only for
-- processes of the previous version, which set the head themselves.
CREATE OR REPLACE FUNCTION mooring_audit_cut() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    last bigint := (SELECT h.first FROM audit_heads h WHERE h.tenant_id = whose);
    gone bigint;
BEGIN
    DELETE FROM audit_entries e WHERE e.tenant_id = whose AND e.number <= last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
            VALUES (gen_random_uuid(), whose, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
                'entries', gone, last, session_user);
    END IF;
END $$;
