UPDATE connections SET due_at = $2 + floor(random() * $1::bigint)::bigint, overdue_at = $3, queued_expiry = NULL
WHERE tenant_id = $4 AND app_id = $5 AND due_at <= $6 AND renewable
