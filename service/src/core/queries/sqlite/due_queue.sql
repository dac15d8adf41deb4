UPDATE connections SET queued_expiry = coalesce(access_expires_at, 0) WHERE id IN (
SELECT id FROM connections INDEXED BY connections_waiting
WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at <= $1
ORDER BY due_at LIMIT $2) RETURNING 1
