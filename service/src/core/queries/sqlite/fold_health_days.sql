INSERT INTO health_days (tenant_id, app_id, day, kind, key, n, moment)
SELECT tenant_id, app_id, day, kind, key, sum(n), sum(moment) FROM health_day_changes WHERE true
GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 OR sum(moment) <> 0
ON CONFLICT (tenant_id, app_id, day, kind, key) DO UPDATE SET n = n + excluded.n, moment = moment + excluded.moment
