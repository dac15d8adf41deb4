UPDATE connections SET queued_expiry = NULL, lease_fence = lease_fence + 1,
    lease_until = CASE WHEN due_at <= $2 THEN CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) + $1 ELSE 0 END
WHERE id IN ({places}) RETURNING id, tenant_id, lease_fence, lease_until
