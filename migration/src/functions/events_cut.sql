-- Removes the tenant's events from before an instant, and gives how many: of each
-- kind among the oldest ones, so many. The program's role may remove events in no
-- other way.
CREATE OR REPLACE FUNCTION mooring_events_cut(before bigint, most bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose uuid := nullif(current_setting('mooring.tenant', true), '')::uuid;
    of_connections bigint;
    of_tenant bigint;
BEGIN
    DELETE FROM events e WHERE e.tenant_id = whose AND e.seq IN (
        SELECT o.seq FROM (
            SELECT n.seq, n.at FROM events n WHERE n.tenant_id = whose ORDER BY n.seq LIMIT most) o
        WHERE o.at < before);
    GET DIAGNOSTICS of_connections = ROW_COUNT;
    DELETE FROM tenant_events e WHERE e.tenant_id = whose AND e.seq IN (
        SELECT o.seq FROM (
            SELECT n.seq, n.at FROM tenant_events n WHERE n.tenant_id = whose ORDER BY n.seq LIMIT most) o
        WHERE o.at < before);
    GET DIAGNOSTICS of_tenant = ROW_COUNT;
    RETURN of_connections + of_tenant;
END $$;
