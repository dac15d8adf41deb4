-- Removes old entries of the audit up to the one with the given number and MAC,
-- and records it.
CREATE OR REPLACE FUNCTION mooring_audit_cut_through(cut_number bigint, cut_mac bytea, new_seal bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    gone bigint;
BEGIN
    UPDATE audit_heads h SET first = cut_number, first_mac = cut_mac, seal = new_seal
        WHERE h.tenant_id = whose AND cut_number > h.first AND cut_number <= h.count
        AND EXISTS (SELECT FROM audit_entries e
            WHERE e.tenant_id = whose AND e.number = cut_number AND e.mac = cut_mac);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the audit has no entry % with this MAC to be cut through', cut_number;
    END IF;
    DELETE FROM audit_entries e WHERE e.tenant_id = whose AND e.number <= cut_number;
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO audit_removals (id, tenant_id, at, what, entries, through, login)
        VALUES (gen_random_uuid(), whose, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
            'entries', gone, cut_number, session_user);
    RETURN gone;
END $$;
