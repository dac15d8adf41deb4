SELECT m.id, m.tenant_id FROM mails m INDEXED BY mails_due_at LEFT JOIN tenants t ON t.id = m.tenant_id
WHERE m.due_at <= $1 AND t.deleted_at IS NULL ORDER BY m.due_at LIMIT $2
