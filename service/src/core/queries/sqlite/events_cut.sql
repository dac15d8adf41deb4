DELETE FROM events WHERE tenant_id = $3 AND seq IN (
    SELECT o.seq FROM (SELECT n.seq, n.at FROM events n WHERE n.tenant_id = $3 ORDER BY n.seq LIMIT $2) o
    WHERE o.at < $1)
RETURNING 1 AS n
