-- The heads of all tenants, which hold no secret. For the worker.
CREATE OR REPLACE FUNCTION mooring_audit_heads()
RETURNS TABLE (tenant_id uuid, first bigint, count bigint, last_mac bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.tenant_id, h.first, h.count, h.last_mac FROM audit_heads h
$$;
