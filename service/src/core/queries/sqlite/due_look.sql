SELECT (SELECT count(*) FROM (SELECT 1 FROM connections INDEXED BY connections_waiting
WHERE queued_expiry IS NULL AND lease_until = 0 AND due_at <= $1 LIMIT $4 + 1)) AS waiting,
EXISTS (SELECT 1 FROM connections INDEXED BY connections_queued WHERE queued_expiry IS NOT NULL AND lease_until = 0) AS queue
