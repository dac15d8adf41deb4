UPDATE connections SET lease_until = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) + $1, lease_fence = lease_fence + 1 WHERE id IN (
SELECT id FROM connections INDEXED BY connections_waiting
WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at <= $2
ORDER BY due_at LIMIT $3) RETURNING id, tenant_id, lease_fence
