-- Removes entries before the checkpoint in the head. This is the version before
-- removals were recorded.
CREATE OR REPLACE FUNCTION mooring_audit_cut() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM audit_entries e USING audit_heads h
    WHERE h.tenant_id = nullif(current_setting('mooring.tenant', true), '')::uuid
    AND e.tenant_id = h.tenant_id AND e.number <= h.first
$$;
