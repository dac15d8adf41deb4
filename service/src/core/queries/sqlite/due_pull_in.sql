UPDATE connections SET due_at = $1 WHERE id IN (
SELECT id FROM connections INDEXED BY connections_waiting
WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at > $2
ORDER BY due_at DESC LIMIT $4)
