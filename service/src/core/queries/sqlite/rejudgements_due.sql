SELECT r.app_id, r.tenant_id FROM rejudgements r JOIN tenants t ON t.id = r.tenant_id
WHERE r.due_at <= $1 AND t.deleted_at IS NULL ORDER BY r.due_at LIMIT $2
