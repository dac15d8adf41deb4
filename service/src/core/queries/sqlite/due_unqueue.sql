UPDATE connections SET queued_expiry = NULL WHERE id IN (
SELECT id FROM connections INDEXED BY connections_queued_due WHERE queued_expiry IS NOT NULL AND due_at > $1
ORDER BY due_at DESC LIMIT $4)
