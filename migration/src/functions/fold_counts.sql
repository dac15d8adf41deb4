-- Adds changes of counts to the kept counts, so many at a time, and gives how many
-- there were. One process at a time: another one finds nothing to do.
CREATE OR REPLACE FUNCTION mooring_fold_counts(most bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7163986) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM count_changes WHERE ctid = ANY (ARRAY(SELECT o.ctid FROM count_changes o LIMIT most))
        RETURNING tenant_id, kind, key, health, n
    ), kept AS (
        INSERT INTO kept_counts AS k (tenant_id, kind, key, health, n)
        SELECT t.tenant_id, t.kind, t.key, t.health, sum(t.n) FROM taken t
        GROUP BY t.tenant_id, t.kind, t.key, t.health HAVING sum(t.n) <> 0
        ON CONFLICT (tenant_id, kind, key, health) DO UPDATE SET n = k.n + EXCLUDED.n
    )
    SELECT count(*) INTO folded FROM taken;
    IF folded > 0 THEN
        DELETE FROM kept_counts WHERE n = 0;
    END IF;
    RETURN folded;
END $$;
