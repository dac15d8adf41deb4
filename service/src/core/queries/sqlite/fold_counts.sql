INSERT INTO kept_counts (tenant_id, kind, key, health, n)
SELECT tenant_id, kind, key, health, sum(n) FROM count_changes WHERE true
GROUP BY tenant_id, kind, key, health HAVING sum(n) <> 0
ON CONFLICT (tenant_id, kind, key, health) DO UPDATE SET n = n + excluded.n
