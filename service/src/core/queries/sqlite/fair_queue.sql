WITH RECURSIVE
ahead(tenant, turn) AS (
SELECT * FROM (SELECT tenant_id, 1 FROM connections INDEXED BY connections_queued
WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id > $2
ORDER BY tenant_id, queued_expiry, id LIMIT 1)
UNION ALL
SELECT (SELECT tenant_id FROM connections INDEXED BY connections_queued
WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id > a.tenant
ORDER BY tenant_id, queued_expiry, id LIMIT 1), a.turn + 1 FROM ahead a
WHERE a.tenant IS NOT NULL AND a.turn < $1),
behind(tenant, turn) AS (
SELECT * FROM (SELECT tenant_id, $1 + 1 FROM connections INDEXED BY connections_queued
WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id <= $2
ORDER BY tenant_id, queued_expiry, id LIMIT 1)
UNION ALL
SELECT (SELECT tenant_id FROM connections INDEXED BY connections_queued
WHERE queued_expiry IS NOT NULL AND lease_until = 0 AND tenant_id > b.tenant AND tenant_id <= $2
ORDER BY tenant_id, queued_expiry, id LIMIT 1), b.turn + 1 FROM behind b
WHERE b.tenant IS NOT NULL AND b.turn < 2 * $1),
turns(tenant, turn) AS (SELECT tenant, turn FROM (
SELECT tenant, turn FROM ahead UNION ALL SELECT tenant, turn FROM behind)
WHERE tenant IS NOT NULL ORDER BY turn LIMIT $1),
walk(id, tenant, expiry, round, turn) AS (
SELECT c.id, t.tenant, c.queued_expiry, 1, t.turn FROM turns t
CROSS JOIN connections c ON c.id = (SELECT f.id FROM connections f INDEXED BY connections_queued
WHERE f.tenant_id = t.tenant AND f.queued_expiry IS NOT NULL AND f.lease_until = 0
ORDER BY f.queued_expiry, f.id LIMIT 1)
UNION ALL
SELECT c.id, w.tenant, c.queued_expiry, w.round + 1, w.turn FROM walk w
CROSS JOIN connections c ON c.id = (SELECT f.id FROM connections f INDEXED BY connections_queued
WHERE f.tenant_id = w.tenant AND f.queued_expiry IS NOT NULL AND f.lease_until = 0
AND (f.queued_expiry, f.id) > (w.expiry, w.id)
ORDER BY f.queued_expiry, f.id LIMIT 1)
ORDER BY 4, 5 LIMIT $1)
SELECT id FROM walk ORDER BY round, turn
