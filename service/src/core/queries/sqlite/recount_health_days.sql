WITH all_sums AS (
    SELECT tenant_id, app_id, day, kind, key, n FROM health_days
    UNION ALL SELECT tenant_id, app_id, day, kind, key, n FROM health_day_changes
), counted AS (
    SELECT c.tenant_id, c.app_id, 'state' AS kind, c.health AS key, count(*) AS n FROM connections c GROUP BY 1, 2, 3, 4
    UNION ALL SELECT c.tenant_id, c.app_id, 'worst', CASE WHEN c.strip_day < $2 THEN c.health ELSE
        CASE substr(c.strip, 14, 1) WHEN 'S' THEN 'setup_fault' WHEN 'N' THEN 'not_connected' WHEN 'D' THEN 'disconnected'
        WHEN 'T' THEN 'stopping_soon' WHEN 'U' THEN 'unchecked' WHEN 'R' THEN 'retrying'
        WHEN 'L' THEN 'limited' WHEN 'W' THEN 'working' ELSE c.health END END, count(*)
        FROM connections c GROUP BY 1, 2, 3, 4
    UNION ALL SELECT a.tenant_id, a.id, 'fault', '', 1 FROM apps a WHERE a.fault_since IS NOT NULL
    UNION ALL SELECT s.tenant_id, s.app_id, s.kind, s.key, -s.n FROM all_sums s WHERE s.kind IN ('state', 'fault')
    UNION ALL SELECT s.tenant_id, s.app_id, 'worst', s.key, -s.n FROM all_sums s
        WHERE s.kind = 'state' AND s.day < $2 OR s.kind = 'worst' AND s.day >= $2
)
INSERT INTO health_day_changes (tenant_id, app_id, day, kind, key, n, moment)
SELECT tenant_id, app_id, $2, kind, key, sum(n), CASE WHEN kind = 'worst' THEN 0 ELSE sum(n) * $3 END FROM counted
WHERE app_id IN (SELECT id FROM apps) AND $1 IS NOT NULL GROUP BY 1, 2, 4, 5 HAVING sum(n) <> 0
