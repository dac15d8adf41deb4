-- Compares what is kept of today, a day from 1970, and of the states that it began with,
-- with the rows; `now` is in milliseconds since it began. Gives how many numbers differ, and
-- mends them if it is asked to, by changes like any other. What is kept of days before
-- can't be found in the rows.
CREATE OR REPLACE FUNCTION mooring_recount_health_days(mend boolean, today bigint, now bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    WITH all_sums AS (
    SELECT tenant_id, app_id, day, kind, key, n FROM health_days
    UNION ALL SELECT tenant_id, app_id, day, kind, key, n FROM health_day_changes
    ), counted AS (
    SELECT c.tenant_id, c.app_id, 'state' AS kind, c.health AS key, count(*) AS n FROM connections c GROUP BY 1, 2, 3, 4
    UNION ALL SELECT c.tenant_id, c.app_id, 'worst', CASE WHEN c.strip_day < today THEN c.health ELSE
        CASE substr(c.strip, 14, 1) WHEN 'S' THEN 'setup_fault' WHEN 'N' THEN 'not_connected' WHEN 'D' THEN 'disconnected'
        WHEN 'T' THEN 'stopping_soon' WHEN 'U' THEN 'unchecked' WHEN 'R' THEN 'retrying'
        WHEN 'L' THEN 'limited' WHEN 'W' THEN 'working' ELSE c.health END END, count(*)
        FROM connections c GROUP BY 1, 2, 3, 4
    UNION ALL SELECT a.tenant_id, a.id, 'fault', '', 1 FROM apps a WHERE a.fault_since IS NOT NULL
    UNION ALL SELECT s.tenant_id, s.app_id, s.kind, s.key, -s.n FROM all_sums s WHERE s.kind IN ('state', 'fault')
    UNION ALL SELECT s.tenant_id, s.app_id, 'worst', s.key, -s.n FROM all_sums s
        WHERE s.kind = 'state' AND s.day < today OR s.kind = 'worst' AND s.day >= today
    ), sums AS (
        SELECT c.tenant_id, c.app_id, c.kind, c.key, sum(c.n) AS n FROM counted c JOIN apps a ON a.id = c.app_id
        GROUP BY 1, 2, 3, 4 HAVING sum(c.n) <> 0
    ), mended AS (
        INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
        SELECT s.tenant_id, s.app_id, today, s.kind, s.key, s.n, CASE WHEN s.kind = 'worst' THEN 0 ELSE s.n * now END
        FROM sums s WHERE mend
    )
    SELECT count(*) INTO wrong FROM sums;
    RETURN wrong;
END $$;
