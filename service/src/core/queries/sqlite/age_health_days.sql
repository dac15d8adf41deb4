INSERT INTO health_days (tenant_id, app_id, day, kind, key, n, moment)
SELECT tenant_id, app_id, 0, kind, key, sum(n), 0 FROM health_days INDEXED BY health_days_day
WHERE day > 0 AND day < $1 AND kind IN ('state', 'fault') GROUP BY 1, 2, 4, 5
ON CONFLICT (tenant_id, app_id, day, kind, key) DO UPDATE SET n = n + excluded.n
