-- Adds changes of days to what is kept of them, so many at a time, and gives how many there
-- were. Of days before `oldest`, only the states at their end stay. One process at a time:
-- another one finds nothing to do.
CREATE OR REPLACE FUNCTION mooring_fold_health_days(most bigint, oldest bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7163987) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM health_day_changes
        WHERE ctid = ANY (ARRAY(SELECT o.ctid FROM health_day_changes o LIMIT most))
        RETURNING tenant_id, app_id, day, kind, key, n, moment
    ), kept AS (
        INSERT INTO health_days AS k (tenant_id, app_id, day, kind, key, n, moment)
        SELECT t.tenant_id, t.app_id, t.day, t.kind, t.key, sum(t.n), sum(t.moment) FROM taken t
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(t.n) <> 0 OR sum(t.moment) <> 0
        ON CONFLICT (tenant_id, app_id, day, kind, key)
            DO UPDATE SET n = k.n + EXCLUDED.n, moment = k.moment + EXCLUDED.moment
    )
    SELECT count(*) INTO folded FROM taken;
    -- An app that is gone may have left something.
    WITH old AS (
        DELETE FROM health_days WHERE day > 0 AND day < oldest
        RETURNING tenant_id, app_id, kind, key, n
    )
    INSERT INTO health_days AS k (tenant_id, app_id, day, kind, key, n, moment)
    SELECT o.tenant_id, o.app_id, 0, o.kind, o.key, sum(o.n), 0 FROM old o JOIN apps a ON a.id = o.app_id
    WHERE o.kind IN ('state', 'fault') GROUP BY 1, 2, 4, 5
    ON CONFLICT (tenant_id, app_id, day, kind, key) DO UPDATE SET n = k.n + EXCLUDED.n;
    RETURN folded;
END $$;
