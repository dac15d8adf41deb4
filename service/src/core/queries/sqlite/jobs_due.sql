SELECT j.id, j.tenant_id FROM jobs j INDEXED BY jobs_due_at JOIN tenants t ON t.id = j.tenant_id
WHERE j.due_at <= $1 AND t.deleted_at IS NULL ORDER BY j.due_at LIMIT $2
