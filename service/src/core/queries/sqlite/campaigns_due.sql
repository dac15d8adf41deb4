SELECT c.id, c.tenant_id FROM campaigns c INDEXED BY campaigns_due JOIN tenants t ON t.id = c.tenant_id
WHERE c.ended_at IS NULL AND c.next_at <= $1 AND t.deleted_at IS NULL ORDER BY c.next_at LIMIT $2
